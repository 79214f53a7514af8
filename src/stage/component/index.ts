/** The package's browser entry: `import { LatentStage, LatentTexture } from 'latentbeat/browser'` (docs/component.md). */

export { LatentStage, LatentTexture, type LatentOptions } from './latent-texture.ts';

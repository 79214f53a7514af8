/** The package's entry for other programs on Node: latentbeat as an Express router (docs/component.md). */

export { createLatentbeatRouter, type LatentbeatRouter, type RouterOptions } from './router.ts';

/** The model of the benches: the embedded one, the folder in LATENTBEAT_MODEL, or 'fake' where neither is there. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import { openPipeline } from '../../src/diffusion/pipeline.ts';
import type { Pipeline } from '../../src/diffusion/types.ts';

export function benchModel(): string {
  const folder = process.env['LATENTBEAT_MODEL'] ?? fileURLToPath(new URL('../../models/embedded', import.meta.url));
  return existsSync(folder) ? folder : 'fake';
}

/** The same model in this process, with one thread. */
export async function localPipeline(): Promise<Pipeline> {
  const model = benchModel();
  return model === 'fake' ? createFakePipeline() : openPipeline(model, { threads: 1 });
}

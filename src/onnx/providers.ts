/** Which of onnxruntime's execution providers this machine may have, and in which order to try them. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { listSupportedBackends } from 'onnxruntime-node';

/** The fetch of CUDA's provider files (about 0.5 GB), which npm install leaves out. */
export const CUDA_INSTALL = 'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12';

/** Best first. TensorRT is left out: it builds its engines for minutes at first use, so it is for those who name it. */
const AUTO: Readonly<Record<string, readonly string[]>> = { linux: ['cuda', 'webgpu'], win32: ['dml', 'webgpu'], darwin: ['webgpu', 'coreml'] };

/** Providers whose files are here: those this build brings along and CUDA's where they were fetched. */
export function listProviders(): readonly string[] {
  return listSupportedBackends().filter(({ name, bundled }) => bundled || hasProviderFile(name)).map(({ name }) => name);
}

/** Providers this build could use if their files were fetched. */
export function listMissingProviders(): readonly string[] {
  const here = listProviders();
  return listSupportedBackends().map(({ name }) => name).filter((name) => !here.includes(name));
}

/** 'auto' tries the accelerators that are here before the processor; a named one falls back to it. */
export function providersToTry(provider: string): readonly string[] {
  if (provider === 'cpu') return ['cpu'];
  if (provider !== 'auto') return [provider, 'cpu'];
  const here = listProviders();
  return [...(AUTO[process.platform] ?? []).filter((name) => here.includes(name)), 'cpu'];
}

/** Fetched providers lie beside the binding, one shared library each. */
function hasProviderFile(name: string): boolean {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  return existsSync(join(root, 'bin', 'napi-v6', process.platform, process.arch, `libonnxruntime_providers_${name}.so`));
}

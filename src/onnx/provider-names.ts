/** What `--provider` takes; apart from providers.ts, so that asking for help loads no runtime. */

export const PROVIDERS = ['auto', 'cuda', 'tensorrt', 'webgpu', 'dml', 'coreml', 'cpu'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

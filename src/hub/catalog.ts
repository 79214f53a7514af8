/**
 * Models that are known to be good for something here, short on purpose. Sizes are of the float16 files a pull fetches,
 * rounded; licences are the models' own and are read on their pages before they are used.
 */

export interface CatalogEntry {
  readonly id: string;
  readonly family: string;
  readonly licence: string;
  /** About. */
  readonly gigabytes: number;
  readonly steps: number;
  /** 1 is none. */
  readonly guidance: number;
  readonly goodFor: string;
}

export const CATALOG: readonly CatalogEntry[] = [
  { id: 'schmuell/sd-turbo-ort-web', family: 'sd-turbo', licence: 'Stability AI community', gigabytes: 2.3, steps: 1, guidance: 1, goodFor: 'live on a GPU by WebGPU: one step, 512x512' },
  { id: 'onnxruntime/sd-turbo', family: 'sd-turbo', licence: 'Stability AI community', gigabytes: 2.6, steps: 1, guidance: 1, goodFor: 'live on NVIDIA (CUDA only: its graphs use CUDA operators)' },
  { id: 'onnxruntime/sdxl-turbo', family: 'sdxl-turbo', licence: 'Stability AI community', gigabytes: 7, steps: 1, guidance: 1, goodFor: 'best pictures in one step on NVIDIA (CUDA only)' },
  { id: 'Cyronius/sdxl-lightning-4step-onnx-web', family: 'sdxl', licence: 'OpenRAIL++', gigabytes: 7, steps: 4, guidance: 1, goodFor: 'SDXL in four steps, for videos' },
  { id: 'onnx-community/stable-diffusion-v1-5-ONNX', family: 'sd 1.5', licence: 'CreativeML OpenRAIL-M', gigabytes: 4.3, steps: 20, guidance: 7.5, goodFor: 'videos, slowly; float32' },
  { id: 'deinferno/taesd-onnx', family: 'decoder', licence: 'MIT', gigabytes: 0.01, steps: 0, guidance: 1, goodFor: 'fast decoding for any SD 1, 2 or Turbo model: --decoder DIR' },
  { id: 'julienkay/taesdxl', family: 'decoder', licence: 'MIT', gigabytes: 0.01, steps: 0, guidance: 1, goodFor: 'fast decoding for any SDXL model: --decoder DIR' },
];

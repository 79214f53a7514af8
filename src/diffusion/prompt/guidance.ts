/**
 * Classifier-free guidance (Ho and Salimans 2022) on model outputs, with several conditions (Liu et al. 2022, composable
 * diffusion), rescale (Lin et al. 2023, section 3.4), and LCM's guidance embedding.
 */

export interface GuidedOutput {
  /** The model's answer to the part. */
  readonly output: Float32Array;
  readonly weight: number;
}

export interface GuidanceRequest {
  /** The answer to the negative prompt; may be left out where `needsNegative` is false. */
  readonly negative: Float32Array | undefined;
  /** One or more. */
  readonly parts: readonly GuidedOutput[];
  readonly guidance: number;
  /** 0 (off) to 1: how far the result's deviation is brought back to that of the condition's own answer. */
  readonly rescale?: number | undefined;
}

/** Whether the negative prompt takes part: guidance beyond 1 as in diffusers, or parts whose weights do not sum to 1. */
export function needsNegative(guidance: number, parts: readonly { readonly weight: number }[]): boolean {
  return guidance > 1 || Math.abs(parts.reduce((sum, { weight }) => sum + weight, 0) - 1) > 1e-9;
}

/** u + g·Σ wᵢ·(cᵢ − u), with guidance 1 where it is 1 or less; written to `out` (which may be one of the outputs). */
export function combineGuidance({ negative, parts, guidance, rescale = 0 }: GuidanceRequest, out: Float32Array): Float32Array {
  const strength = Math.max(1, guidance);
  const toward = (g: number, into: Float32Array): Float32Array => {
    const own = 1 - g * parts.reduce((sum, { weight }) => sum + weight, 0);
    for (let i = 0; i < into.length; i++) {
      let value = negative === undefined ? 0 : own * (negative[i] as number);
      for (const { output, weight } of parts) value += g * weight * (output[i] as number);
      into[i] = value;
    }
    return into;
  };
  if (rescale === 0 || strength === 1) return toward(strength, out);
  const wanted = deviationOf(parts.length === 1 && parts[0]?.weight === 1 ? parts[0].output : toward(1, new Float32Array(out.length)));
  const guided = toward(strength, out);
  const factor = rescale * (wanted / deviationOf(guided)) + 1 - rescale;
  for (let i = 0; i < guided.length; i++) guided[i] = (guided[i] as number) * factor;
  return guided;
}

/** Sample standard deviation. */
function deviationOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / Math.max(1, values.length - 1));
}

/**
 * `timestep_cond` of latent consistency models: sine and cosine of w = (guidance − 1)·1000 at `size / 2` frequencies from 1 down
 * to 1/10000, in float32 as diffusers computes them. An odd size ends with 0.
 */
export function guidanceEmbedding(guidance: number, size: number): Float32Array {
  const half = Math.floor(size / 2);
  const w = Math.fround(Math.fround(guidance - 1) * 1000);
  const step = Math.fround(Math.log(10_000) / (half - 1));
  const embedding = new Float32Array(size);
  for (let k = 0; k < half; k++) {
    const angle = Math.fround(w * Math.fround(Math.exp(Math.fround(-step * k))));
    embedding[k] = Math.sin(angle);
    embedding[half + k] = Math.cos(angle);
  }
  return embedding;
}

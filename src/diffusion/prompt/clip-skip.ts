/**
 * Which hidden states of a CLIP text encoder condition the UNet. Stable Diffusion takes the last ones after the final layer
 * norm; with clip skip, earlier ones after the same norm. SDXL takes the last but one as they are. The norm's scale and shift
 * lie inside the graph; they are found from one run, as the line between normalised last states and `last_hidden_state`.
 */

import { UserError } from '../../base/errors.ts';
import type { PlainTensor } from '../../onnx/session.ts';

const EPSILON = 1e-5;
/** How far the fitted norm may be off, relative to the largest value; float16 graphs are off by 1e-3. */
const FIT_TOLERANCE = 0.02;

export interface ClipSkipOptions {
  /** As the web UI counts: 1 (default) skips nothing, 2 stops a layer early. */
  readonly clipSkip?: number | undefined;
  /** SDXL: count from the last layer but one, without the final norm. */
  readonly penultimate: boolean;
}

type Outputs = Readonly<Record<string, PlainTensor>>;

export class HiddenStateReader {
  readonly #skip: number;
  readonly #penultimate: boolean;
  #norm: { readonly scale: Float64Array; readonly shift: Float64Array } | undefined;

  constructor({ clipSkip = 1, penultimate }: ClipSkipOptions) {
    this.#skip = clipSkip - 1 + (penultimate ? 1 : 0);
    this.#penultimate = penultimate;
  }

  /** [1, length, width]; a new array. Throws UserError('device') where the graph does not give the states that are needed. */
  read(outputs: Outputs): PlainTensor {
    if (this.#skip === 0) return last(outputs);
    const states = listStates(outputs);
    const chosen = states[states.length - 1 - this.#skip];
    if (states.length === 0 || chosen === undefined) {
      const came = states.length === 0 ? 'none' : String(states.length);
      throw new UserError('device', `the text encoder would have to give its hidden states ${this.#skip} layers before the end, and its graph gives ${came}; leave out --clip-skip or take an export with output_hidden_states.`);
    }
    const data = Float32Array.from(chosen.data as Float32Array);
    if (this.#penultimate) return { data, dims: chosen.dims };
    this.#norm ??= fitNorm(states.at(-1) as PlainTensor, last(outputs));
    return { data: applyNorm(data, widthOf(chosen), this.#norm), dims: chosen.dims };
  }
}

function last(outputs: Outputs): PlainTensor {
  const found = outputs['last_hidden_state'] ?? Object.values(outputs).find(({ dims }) => dims.length === 3);
  if (found === undefined) throw new UserError('device', `the text encoder gives no hidden states, only ${Object.keys(outputs).join(', ')}.`);
  return { data: Float32Array.from(found.data as Float32Array), dims: found.dims };
}

/**
 * The values of a text encoder's graph that are its layers' results, for a graph that does not give them as hidden_states
 * (exports of Stable Diffusion 1 and 2 rarely do). Names as torch's exporter writes them; none in graphs that were fused.
 */
export function layerValues(values: readonly string[]): string[] {
  return values.filter((name) => LAYER.test(name));
}

const LAYER = /encoder\/layers\.(\d+)\/Add_1_output_0$/;

/** Place among the hidden states: 0 the embeddings, k the result of layer k − 1. */
function placeOf(name: string): number | undefined {
  const [, index] = /^hidden_states[._](\d+)$/.exec(name) ?? [];
  if (index !== undefined) return Number(index);
  const [, layer] = LAYER.exec(name) ?? [];
  return layer === undefined ? undefined : Number(layer) + 1;
}

/** The embeddings, where given, to the last layer's in order. */
function listStates(outputs: Outputs): PlainTensor[] {
  return Object.entries(outputs)
    .flatMap(([name, tensor]) => { const place = placeOf(name); return place === undefined ? [] : [{ place, tensor }]; })
    .sort((a, b) => a.place - b.place)
    .map(({ tensor }) => tensor);
}

function widthOf({ dims }: PlainTensor): number {
  return dims.at(-1) as number;
}

/** To mean 0 and deviation 1 within each token. */
function normalise(data: Float32Array, width: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += width) {
    const token = data.subarray(at, at + width);
    let sum = 0;
    for (const value of token) sum += value;
    const mean = sum / width;
    let squares = 0;
    for (const value of token) squares += (value - mean) ** 2;
    const deviation = Math.sqrt(squares / width + EPSILON);
    for (let i = 0; i < width; i++) result[at + i] = ((token[i] as number) - mean) / deviation;
  }
  return result;
}

/** Least squares for each channel over the tokens: after = scale · normalised before + shift. */
function fitNorm(before: PlainTensor, after: PlainTensor): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const width = widthOf(before);
  const x = normalise(before.data as Float32Array, width);
  const y = after.data as Float32Array;
  const tokens = x.length / width;
  const scale = new Float64Array(width);
  const shift = new Float64Array(width);
  let worst = 0;
  let largest = 0;
  for (let channel = 0; channel < width; channel++) {
    let [sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0];
    for (let i = channel; i < x.length; i += width) {
      const [a, b] = [x[i] as number, y[i] as number];
      sumX += a;
      sumY += b;
      sumXX += a * a;
      sumXY += a * b;
    }
    const spread = sumXX - (sumX * sumX) / tokens;
    const slope = spread > 1e-9 ? (sumXY - (sumX * sumY) / tokens) / spread : 0;
    scale[channel] = slope;
    shift[channel] = (sumY - slope * sumX) / tokens;
    for (let i = channel; i < x.length; i += width) {
      worst = Math.max(worst, Math.abs(slope * (x[i] as number) + (shift[channel] as number) - (y[i] as number)));
      largest = Math.max(largest, Math.abs(y[i] as number));
    }
  }
  if (worst > FIT_TOLERANCE * largest) throw new UserError('device', "the text encoder's last hidden states do not lead to its output by a layer norm, so clip skip cannot be applied; leave out --clip-skip.");
  return { scale, shift };
}

function applyNorm(data: Float32Array, width: number, { scale, shift }: { readonly scale: Float64Array; readonly shift: Float64Array }): Float32Array {
  const x = normalise(data, width);
  for (let i = 0; i < x.length; i++) x[i] = (scale[i % width] as number) * (x[i] as number) + (shift[i % width] as number);
  return x;
}

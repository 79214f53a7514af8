/**
 * One call of the UNet for several rows (prompts of pictures). Feeds what the graph asks for by name; fixed batch sizes
 * are filled up by repeating, graphs that take one row are called for each.
 */

import { UserError } from '../base/errors.ts';
import type { OnnxSession, PlainTensor, TensorInfo } from '../onnx/session.ts';
import type { NoiseShape } from './noise.ts';
import { guidanceEmbedding } from './prompt/guidance.ts';
import type { Conditioning } from './text-encoder.ts';

/** All rows of a call have one shape and one length of text. */
export interface UnetRow {
  /** As the sampler scales it. */
  readonly sample: Float32Array;
  readonly timestep: number;
  readonly conditioning: Conditioning;
  readonly shape: NoiseShape;
  readonly size: { readonly height: number; readonly width: number };
  readonly guidance: number;
}

const KNOWN = ['sample', 'timestep', 'encoder_hidden_states', 'text_embeds', 'time_ids', 'timestep_cond'];

export class UnetCall {
  readonly #session: OnnxSession;
  readonly #output: string;
  /** Rows of a graph that takes a fixed number. */
  readonly #fixedRows: number | undefined;
  readonly #timestep: TensorInfo | undefined;
  readonly #condWidth: number;
  #guidance: { readonly of: number; readonly embedding: Float32Array } | undefined;

  /** Throws a UserError 'device' for a graph that wants what is not known here. */
  constructor(session: OnnxSession) {
    this.#session = session;
    const unknown = session.inputs.filter(({ name }) => !KNOWN.includes(name)).map(({ name }) => name);
    if (unknown.length > 0) throw new UserError('device', `the UNet wants an input ${unknown.join(' and ')}, which is not known here; give a model of Stable Diffusion 1, 2, XL, Turbo or LCM.`);
    const output = session.outputs.find(({ name }) => name === 'out_sample') ?? session.outputs[0];
    if (output === undefined) throw new UserError('device', 'the UNet gives no output; export the model again.');
    this.#output = output.name;
    const rows = this.#input('sample')?.dims[0];
    this.#fixedRows = typeof rows === 'number' && rows > 0 ? rows : undefined;
    this.#timestep = this.#input('timestep');
    const width = this.#input('timestep_cond')?.dims[1];
    this.#condWidth = typeof width === 'number' && width > 0 ? width : 256;
  }

  get takesGuidance(): boolean {
    return this.#input('timestep_cond') !== undefined;
  }

  /** The timestep has a free batch dimension and so has the sample. */
  get takesMixedTimesteps(): boolean {
    return this.#fixedRows === undefined && typeof this.#timestep?.dims[0] === 'string';
  }

  /** One prediction a row, in order. */
  async run(rows: readonly UnetRow[]): Promise<Float32Array[]> {
    const most = this.#fixedRows ?? rows.length;
    const outputs: Float32Array[] = [];
    for (let at = 0; at < rows.length; at += most) outputs.push(...(await this.#runOnce(rows.slice(at, at + most), most)));
    return outputs;
  }

  async #runOnce(rows: readonly UnetRow[], count: number): Promise<Float32Array[]> {
    const filled = rows.length === count ? rows : Array.from({ length: count }, (_, i) => rows[Math.min(i, rows.length - 1)] as UnetRow);
    const feeds = Object.fromEntries(this.#session.inputs.map((input) => [input.name, this.#feed(input, filled)]));
    const { data } = (await this.#session.run(feeds, [this.#output]))[this.#output] as PlainTensor;
    const each = data.length / count;
    return rows.map((_, i) => (data as Float32Array).subarray(i * each, (i + 1) * each));
  }

  #feed({ name }: TensorInfo, rows: readonly UnetRow[]): PlainTensor {
    const [first] = rows as [UnetRow];
    const { shape: { channels, height, width }, conditioning } = first;
    switch (name) {
      case 'sample':
        return stack(rows.map((row) => row.sample), [channels, height, width]);
      case 'timestep':
        return this.#feedTimestep(rows);
      case 'encoder_hidden_states':
        return stack(rows.map((row) => row.conditioning.hidden), [conditioning.length, conditioning.width]);
      case 'text_embeds':
        return stack(rows.map((row) => row.conditioning.pooled), [conditioning.pooled.length]);
      case 'time_ids':
        return stack(rows.map(({ size }) => Float32Array.of(size.height, size.width, 0, 0, size.height, size.width)), [6]);
      default:
        return stack(rows.map((row) => this.#guidanceEmbedding(row.guidance)), [this.#condWidth]);
    }
  }

  /** One number where all rows agree, unless the graph names the sample's own batch. */
  #feedTimestep(rows: readonly UnetRow[]): PlainTensor {
    const [first] = rows as [UnetRow];
    const dims = this.#timestep?.dims ?? [];
    const agree = rows.every(({ timestep }) => timestep === first.timestep);
    const sharesBatch = typeof dims[0] === 'string' && dims[0] === this.#input('sample')?.dims[0];
    if (dims.length === 0 || (agree && !sharesBatch && !(typeof dims[0] === 'number' && dims[0] > 1))) return { data: Float32Array.of(first.timestep), dims: dims.length === 0 ? [] : [1] };
    return { data: Float32Array.from(rows, ({ timestep }) => timestep), dims: [rows.length] };
  }

  #guidanceEmbedding(guidance: number): Float32Array {
    if (this.#guidance?.of !== guidance) this.#guidance = { of: guidance, embedding: guidanceEmbedding(guidance, this.#condWidth) };
    return this.#guidance.embedding;
  }

  #input(name: string): TensorInfo | undefined {
    return this.#session.inputs.find((input) => input.name === name);
  }
}

function stack(rows: readonly Float32Array[], dims: readonly number[]): PlainTensor {
  const [first] = rows as [Float32Array];
  if (rows.length === 1) return { data: first, dims: [1, ...dims] };
  const data = new Float32Array(rows.length * first.length);
  rows.forEach((row, i) => data.set(row, i * first.length));
  return { data, dims: [rows.length, ...dims] };
}

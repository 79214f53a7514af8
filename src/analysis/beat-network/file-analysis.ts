/**
 * The beat network over a whole track, by onnxruntime: frames go in as they are measured, in chunks that overlap by what the
 * network sees to either side, so that memory stays small and the chunks' borders cannot be told from the result.
 */

import { join } from 'node:path';
import type { Hertz } from '../../base/units.ts';
import { createSession, type OnnxSession } from '../../onnx/session.ts';
import { FloatColumns } from '../columns.ts';
import { FRAME_RATE, type SpectrumFrame } from '../frames.ts';
import { MEL_BANDS, MelFrontEnd } from './front-end.ts';

/** Frames of input to one of output. */
export const OUTPUT_EVERY = 2;
export const OUTPUT_RATE = FRAME_RATE / OUTPUT_EVERY;
/** Frames of one run that count, and those to either side that only give context (the network sees 10.2 s either way). */
const CHUNK = 6000;
const CONTEXT = 1024;

/** Probabilities 0..1 at OUTPUT_RATE: output n lies at n / OUTPUT_RATE s. */
export interface BeatProbabilities {
  readonly beat: Float32Array;
  readonly downbeat: Float32Array;
}

export class BeatNetwork {
  private readonly session: OnnxSession;
  /** The frames from `start` on. */
  private frames: Float32Array = new Float32Array((CHUNK + 2 * CONTEXT) * MEL_BANDS);
  private start = 0;
  private count = 0;
  private done = 0;
  private front: MelFrontEnd | undefined;
  private gain = 1;
  private readonly outputs = new FloatColumns(2);

  private constructor(session: OnnxSession) {
    this.session = session;
  }

  /** Loads `file-analysis.onnx` from the model's folder. Throws a UserError 'device' where it cannot be run. */
  static async open(folder: string): Promise<BeatNetwork> {
    return new BeatNetwork(await createSession(join(folder, 'file-analysis.onnx'), { provider: 'cpu', threads: 1 }));
  }

  /** Begins a track whose spectra have this rate (Hz) and window (samples), played at `gain`. */
  begin(rate: Hertz, windowLength: number, gain: number): void {
    this.front = new MelFrontEnd(rate, windowLength);
    this.gain = gain;
  }

  take({ magnitudes }: SpectrumFrame): void {
    if ((this.count + 1) * MEL_BANDS > this.frames.length) {
      const larger = new Float32Array(2 * this.frames.length);
      larger.set(this.frames);
      this.frames = larger;
    }
    this.front?.apply(magnitudes, this.gain, this.frames, this.count * MEL_BANDS);
    this.count++;
  }

  /** Runs the chunks whose context is complete. */
  async advance(): Promise<void> {
    while (this.start + this.count >= this.done + CHUNK + CONTEXT) await this.runChunk(this.done + CHUNK);
  }

  /** What can be said of the frames so far: the newest of them lack what follows. */
  async soFar(): Promise<BeatProbabilities> {
    const rest = await this.probabilities(this.start + this.count);
    const join = (column: number): Float32Array => {
      const known = this.outputs.column(column);
      const joined = new Float32Array(known.length + rest.length);
      joined.set(known);
      rest.forEach((row, i) => (joined[known.length + i] = row[column] as number));
      return joined;
    };
    return { beat: join(0), downbeat: join(1) };
  }

  /** The rest, and the result; releases the session. */
  async finish(): Promise<BeatProbabilities> {
    while (this.done < this.start + this.count) await this.runChunk(Math.min(this.done + CHUNK, this.start + this.count));
    await this.session.release();
    return { beat: this.outputs.column(0), downbeat: this.outputs.column(1) };
  }

  private async runChunk(end: number): Promise<void> {
    for (const row of await this.probabilities(end)) this.outputs.append(row);
    this.done = end;
    this.dropBefore(Math.max(0, end - CONTEXT));
  }

  /** Beat and downbeat of the outputs from `done` to the frame `end`. */
  private async probabilities(end: number): Promise<Float32Array[]> {
    const length = Math.min(this.start + this.count, end + CONTEXT) - this.start;
    if (length <= 0) return [];
    const { probabilities } = await this.session.run({ frames: { data: this.frames.subarray(0, length * MEL_BANDS), dims: [1, length, MEL_BANDS] } });
    const values = (probabilities as { data: Float32Array }).data;
    const rows: Float32Array[] = [];
    for (let n = (this.done - this.start) / OUTPUT_EVERY; n * OUTPUT_EVERY + this.start < end; n++) rows.push(values.slice(2 * n, 2 * n + 2));
    return rows;
  }

  private dropBefore(frame: number): void {
    const drop = frame - this.start;
    if (drop <= 0) return;
    this.frames.copyWithin(0, drop * MEL_BANDS, this.count * MEL_BANDS);
    this.count -= drop;
    this.start = frame;
  }
}

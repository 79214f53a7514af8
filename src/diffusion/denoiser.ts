/**
 * Noise + conditioning → latent, by the folder's UNet graph. Names and ranks of the inputs come from the graph itself.
 * With guidance other than 1 each step asks twice and goes beyond the negative prompt's answer: u + g·(c − u).
 */

import type { OnnxSession, PlainTensor } from '../onnx/session.ts';
import type { NoiseShape } from './noise.ts';
import type { Scheduler } from './scheduler.ts';
import type { Conditioning } from './text-encoder.ts';

export interface DenoiseRequest {
  /** [channels, height, width]; becomes the latent. */
  readonly noise: Float32Array;
  readonly shape: NoiseShape;
  readonly condition: Conditioning;
  /** Needed where `guidance` is not 1. */
  readonly negative: Conditioning | undefined;
  readonly guidance: number;
  readonly steps: number;
}

export class Denoiser {
  readonly #session: OnnxSession;
  readonly #scheduler: Scheduler;

  constructor(session: OnnxSession, scheduler: Scheduler) {
    this.#session = session;
    this.#scheduler = scheduler;
  }

  /** The latent, in the buffer of `noise`. */
  async denoise(request: DenoiseRequest): Promise<Float32Array> {
    const schedule = this.#scheduler.plan(Math.max(1, Math.round(request.steps)));
    const sample = request.noise;
    for (const [index, timestep] of schedule.timesteps.entries()) schedule.step(index, sample, await this.#predict(sample, timestep, request));
    return sample;
  }

  async #predict(sample: Float32Array, timestep: number, request: DenoiseRequest): Promise<Float32Array> {
    const wanted = await this.#run(sample, timestep, request.shape, request.condition);
    if (request.negative === undefined || request.guidance === 1) return wanted;
    const avoided = await this.#run(sample, timestep, request.shape, request.negative);
    return avoided.map((u, i) => u + request.guidance * ((wanted[i] as number) - u));
  }

  async #run(sample: Float32Array, timestep: number, shape: NoiseShape, condition: Conditioning): Promise<Float32Array> {
    const results = await this.#session.run(this.#feeds(sample, timestep, shape, condition));
    const output = results['out_sample'] ?? Object.values(results)[0];
    if (output === undefined) throw new Error('the UNet gave no output');
    return output.data as Float32Array;
  }

  #feeds(sample: Float32Array, timestep: number, shape: NoiseShape, condition: Conditioning): Record<string, PlainTensor> {
    const feeds: Record<string, PlainTensor> = {};
    for (const { name, dims } of this.#session.inputs) {
      if (name === 'sample') feeds[name] = { data: sample, dims: [1, shape.channels, shape.height, shape.width] };
      else if (name === 'timestep') feeds[name] = { data: Float32Array.of(timestep), dims: dims.length === 0 ? [] : [1] };
      else if (name === 'encoder_hidden_states') feeds[name] = { data: condition.hidden, dims: [1, condition.length, condition.width] };
      else if (name === 'text_embeds') feeds[name] = { data: condition.pooled, dims: [1, condition.pooled.length] };
      else throw new Error(`the UNet wants an input ${name}, which is not known here`);
    }
    return feeds;
  }
}

/**
 * Noise + conditioning → latent, by the folder's UNet graph and a sampler. Names, types and ranks of the inputs come from
 * the graph. Several pictures can share one call: each is a slot with its own sampler and step, so that pictures at
 * different steps meet in one batch (stream batch, StreamDiffusion 2023) as well as pictures at the same step.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { OnnxSession } from '../onnx/session.ts';
import type { NoiseShape } from './noise.ts';
import type { ConditioningPart } from './prompt/conditioning.ts';
import { combineGuidance } from './prompt/guidance.ts';
import type { Schedule, Scheduler, TimestepOptions } from './schedulers/types.ts';
import type { Conditioning } from './text-encoder.ts';
import { UnetCall } from './unet-call.ts';
import type { UnetRow } from './unet-call.ts';

export interface DenoiseRequest {
  /** Unit normal, [channels, height, width]; becomes the latent. */
  readonly noise: Float32Array;
  /** Later draws of the same point, 1 the first. */
  readonly stepNoise: (draw: number) => Float32Array;
  readonly shape: NoiseShape;
  readonly parts: readonly ConditioningPart[];
  /** Where guidance needs it (prompt/guidance.ts) and no input of the UNet takes that. */
  readonly negative: Conditioning | undefined;
  readonly guidance: number;
  readonly steps: number;
  /** SDXL's original size and target size, in pixels. */
  readonly size: { readonly height: number; readonly width: number };
  /** A latent to start from, noised to the level that `strength` leaves. */
  readonly init?: { readonly latent: Float32Array; readonly strength: number } | undefined;
}

export interface DenoiserOptions {
  readonly createScheduler: () => Scheduler;
  /** What the sampler is told beside the number of steps. */
  readonly timestepOptions: (steps: number) => TimestepOptions;
  /** Rescale of guided predictions, 0 to 1 (Lin et al. 2023, section 3.4). */
  readonly rescale: number;
  /** Pictures in one call at most. */
  readonly batch: number;
  /** At most one new picture joins each call, so that one is done with each (stream batch). */
  readonly stream: boolean;
}

interface Slot {
  readonly request: DenoiseRequest;
  readonly scheduler: Scheduler;
  readonly schedule: Schedule;
  sample: Float32Array;
  index: number;
  draws: number;
  readonly resolve: (latent: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

export class Denoiser {
  readonly #call: UnetCall;
  readonly #options: DenoiserOptions;
  readonly #slots: Slot[] = [];
  /** Of pictures that are done: reading a config takes longer than a tiny model. */
  readonly #idle: Scheduler[] = [];
  #running = false;

  constructor(session: OnnxSession, options: DenoiserOptions) {
    this.#call = new UnetCall(session);
    this.#options = options;
  }

  /** Guidance goes in through an input, so that no negative prompt is asked for. */
  get takesGuidance(): boolean {
    return this.#call.takesGuidance;
  }

  /** Pictures at different steps can share a call. */
  get takesMixedTimesteps(): boolean {
    return this.#call.takesMixedTimesteps;
  }

  /** The latent. Rejects with what the session or the sampler throws. */
  denoise(request: DenoiseRequest): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      try {
        this.#slots.push(this.#open(request, resolve, reject));
      } catch (reason) {
        return reject(reason);
      }
      if (!this.#running) void this.#pump();
    });
  }

  #open(request: DenoiseRequest, resolve: Slot['resolve'], reject: Slot['reject']): Slot {
    const scheduler = this.#idle.pop() ?? this.#options.createScheduler();
    const steps = Math.max(1, Math.round(request.steps));
    const { init, noise } = request;
    const schedule = scheduler.setTimesteps(steps, { ...this.#options.timestepOptions(steps), ...(init === undefined ? {} : { strength: init.strength }) });
    const slot = { request, scheduler, schedule, index: 0, draws: 0, resolve, reject };
    if (init !== undefined) return { ...slot, sample: schedule.timesteps.length === 0 ? Float32Array.from(init.latent) : scheduler.addNoise(init.latent, noise, 0) };
    if (schedule.initNoiseSigma !== 1) for (let i = 0; i < noise.length; i++) noise[i] = (noise[i] as number) * schedule.initNoiseSigma;
    return { ...slot, sample: noise };
  }

  async #pump(): Promise<void> {
    this.#running = true;
    while (this.#slots.length > 0) {
      // Pictures that begin together join the same calls.
      if (this.#options.batch > 1) await nextTurn();
      const group = this.#nextGroup();
      try {
        await this.#advance(group);
      } catch (reason) {
        for (const slot of group) this.#leave(slot)?.reject(reason);
      }
    }
    this.#running = false;
  }

  /** The slot that waits longest and those that fit into its call. */
  #nextGroup(): Slot[] {
    const [first] = this.#slots as [Slot];
    const group: Slot[] = [];
    for (const slot of this.#slots) {
      const waits = this.#options.stream && slot.index === 0 && group.some(({ index }) => index === 0);
      if (group.length < this.#options.batch && !waits && this.#fits(slot, first)) group.push(slot);
    }
    return group;
  }

  #fits(slot: Slot, first: Slot): boolean {
    const { shape: a, parts: [p] } = slot.request;
    const { shape: b, parts: [q] } = first.request;
    if (a.height !== b.height || a.width !== b.width || p?.conditioning.length !== q?.conditioning.length) return false;
    return slot.schedule.timesteps[slot.index] === first.schedule.timesteps[first.index] || this.#call.takesMixedTimesteps;
  }

  async #advance(group: readonly Slot[]): Promise<void> {
    const asked = group.map((slot) => (slot.index < slot.schedule.timesteps.length ? this.#rowsOf(slot) : []));
    const outputs = await this.#call.run(asked.flat());
    let at = 0;
    for (const [i, slot] of group.entries()) {
      const count = (asked[i] as UnetRow[]).length;
      if (count > 0) this.#move(slot, outputs.slice(at, at + count));
      at += count;
      if (slot.index >= slot.schedule.timesteps.length) this.#leave(slot)?.resolve(slot.sample);
    }
  }

  #rowsOf({ request, scheduler, schedule, sample, index }: Slot): UnetRow[] {
    const row = { sample: scheduler.scaleModelInput(sample, index), timestep: schedule.timesteps[index] as number, shape: request.shape, size: request.size, guidance: request.guidance };
    const parts = request.parts.map(({ conditioning }) => ({ ...row, conditioning }));
    return request.negative === undefined ? parts : [{ ...row, conditioning: request.negative }, ...parts];
  }

  #move(slot: Slot, outputs: readonly Float32Array[]): void {
    const { request, scheduler } = slot;
    const guided = this.#combine(request, outputs);
    const noise = scheduler.needsNoise(slot.index) ? request.stepNoise(++slot.draws) : undefined;
    slot.sample = scheduler.step(guided, slot.index, slot.sample, noise);
    slot.index++;
  }

  #combine({ parts, negative, guidance }: DenoiseRequest, outputs: readonly Float32Array[]): Float32Array {
    const [first] = outputs as [Float32Array];
    if (outputs.length === 1) return first;
    const answers = negative === undefined ? outputs : outputs.slice(1);
    const weighted = parts.map(({ weight }, i) => ({ weight, output: answers[i] as Float32Array }));
    const strength = this.#call.takesGuidance ? 1 : guidance;
    return combineGuidance({ negative: negative === undefined ? undefined : first, parts: weighted, guidance: strength, rescale: this.#options.rescale }, first);
  }

  #leave(slot: Slot): Slot | undefined {
    const at = this.#slots.indexOf(slot);
    if (at < 0) return undefined;
    this.#idle.push(slot.scheduler);
    return this.#slots.splice(at, 1)[0];
  }
}

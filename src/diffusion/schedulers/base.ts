/** What all schedulers do alike: plan the levels, leave out the first steps for image to image, count the noises. */

import type { PredictionType, SchedulerSettings } from './config.ts';
import type { NoiseSchedule } from './noise-schedule.ts';
import { combine } from './predict.ts';
import type { Schedule, Scheduler, TimestepOptions } from './types.ts';

export interface Levels {
  readonly timesteps: readonly number[];
  /** Empty for samplers that work on the cumulative product. */
  readonly sigmas: readonly number[];
}

/** Calls are numbered from the first that is made: call i of a run that skips k calls is place i + k of the whole schedule. */
export abstract class BaseScheduler implements Scheduler {
  readonly className: string;
  readonly predictionType: PredictionType;
  protected readonly settings: SchedulerSettings;
  protected readonly schedule: NoiseSchedule;
  /** Of the whole schedule, the skipped part included. */
  protected timesteps: readonly number[] = [];
  protected sigmas: readonly number[] = [];
  protected steps = 0;
  protected begin = 0;
  /** Model calls a step. */
  protected readonly callsPerStep: number = 1;

  constructor(settings: SchedulerSettings, schedule: NoiseSchedule) {
    this.className = settings.className;
    this.predictionType = settings.predictionType;
    this.settings = settings;
    this.schedule = schedule;
  }

  setTimesteps(steps: number, options: TimestepOptions = {}): Schedule {
    const { timesteps, sigmas } = this.plan(steps, options);
    this.timesteps = timesteps;
    this.sigmas = sigmas;
    this.steps = options.timesteps?.length ?? steps;
    this.begin = this.#skippedCalls(this.steps, options);
    this.restart();
    return { timesteps: timesteps.slice(this.begin), sigmas: sigmas.slice(this.begin), initNoiseSigma: this.initNoiseSigma() };
  }

  scaleModelInput(sample: Float32Array, _index: number, _out?: Float32Array): Float32Array {
    return sample;
  }

  needsNoise(index: number): boolean {
    return this.usesNoise(index + this.begin, { timesteps: this.timesteps, sigmas: this.sigmas });
  }

  step(modelOutput: Float32Array, index: number, sample: Float32Array, stepNoise?: Float32Array): Float32Array {
    return this.move(modelOutput, index + this.begin, sample, stepNoise);
  }

  noiseStepsNeeded(steps: number, options: TimestepOptions = {}): number {
    const levels = this.plan(steps, options);
    return levels.timesteps.filter((_, place) => place >= this.#skippedCalls(options.timesteps?.length ?? steps, options) && this.usesNoise(place, levels)).length;
  }

  addNoise(original: Float32Array, noise: Float32Array, index: number, out: Float32Array = new Float32Array(original.length)): Float32Array {
    const { signal, noise: loudness } = this.mixAt(index + this.begin);
    return combine(signal, original, loudness, noise, out);
  }

  /** Pure: the levels of the whole way. */
  protected abstract plan(steps: number, options: TimestepOptions): Levels;
  protected abstract move(modelOutput: Float32Array, place: number, sample: Float32Array, noise?: Float32Array): Float32Array;
  /** Shares of latent and noise at a place. */
  protected abstract mixAt(place: number): { readonly signal: number; readonly noise: number };

  protected usesNoise(_place: number, _levels: Levels): boolean {
    return false;
  }

  protected initNoiseSigma(): number {
    return 1;
  }

  /** Forgets earlier outputs. */
  protected restart(): void {}

  #skippedCalls(steps: number, { strength = 1 }: TimestepOptions): number {
    return Math.max(0, steps - Math.min(steps, Math.floor(steps * strength))) * this.callsPerStep;
  }
}

/** The last few tensors, newest first; buffers are used again. */
export class TensorHistory {
  readonly #tensors: Float32Array[] = [];
  readonly #spare: Float32Array[] = [];
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#tensors.length;
  }

  /** Copies `tensor` in. */
  push(tensor: Float32Array): void {
    const dropped = this.#tensors.length >= this.#capacity ? this.#tensors.pop() : this.#spare.pop();
    const buffer = dropped?.length === tensor.length ? dropped : new Float32Array(tensor.length);
    buffer.set(tensor);
    this.#tensors.unshift(buffer);
  }

  /** 0 is the newest. */
  at(age: number): Float32Array {
    const found = this.#tensors[age];
    if (found === undefined) throw new Error(`a sampler looked ${age} outputs back and has ${this.#tensors.length}`);
    return found;
  }

  clear(): void {
    this.#spare.push(...this.#tensors.splice(0));
  }
}

/**
 * The pipeline in a process of its own: a native crash, a hang or a kill never takes the show down. A dead or silent
 * process is replaced at once, what waited is asked again in its order, and since a point alone says what to draw, the
 * pictures made again are the same bytes. Instants are read from `performance.now()` (ms).
 */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../base/entry.ts';
import { UserError } from '../base/errors.ts';
import type { Milliseconds } from '../base/units.ts';
import type { Heard, LatentPoint, ModelCard, ModelSettings, Picture, Pipeline } from '../diffusion/types.ts';
import { HEARTBEAT_MS, PictureReader } from './inference-messages.ts';
import type { InferenceReply, InferenceRequest, InferenceSetup } from './inference-messages.ts';

export interface InferenceOptions {
  /** A model folder, or 'fake'. */
  readonly model: string;
  /** See onnx/session.ts; default 'cpu'. */
  readonly provider?: string;
  /** Default: half the cores, at least one. */
  readonly threads?: number;
  /** How the model is sampled. */
  readonly drawing?: ModelSettings | undefined;
  /** What the fake pipeline pretends to cost (ms). */
  readonly fakeCost?: Milliseconds;
  readonly onNotice?: (text: string) => void;
}

export interface InferencePipeline extends Pipeline {
  /** False from the loss of the process until its successor is ready. */
  readonly alive: boolean;
  /** Processes lost so far. */
  readonly losses: number;
  /** Of the present process; undefined between two. */
  readonly processId: number | undefined;
}

/** A process that says nothing for this long is hung and is killed (ms). */
const SILENCE_MS = 1500;
/** While it starts and loads, a busy machine may leave it without the processor for long, and no picture waits for it yet. */
const OPENING_SILENCE_MS = 15_000;
/** One step of a picture may take this long at most (ms), */
const LONGEST_STEP_MS = 60_000;
/** and on the processor, where large models take their time, */
const LONGEST_CPU_STEP_MS = 300_000;
/** and the opening of a model. */
const LONGEST_OPENING_MS = 600_000;
/** A process that dies sooner than this after its start is not restarted at once but after a growing pause (ms). */
const EARLY_DEATH_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
/** A request that was running when this many processes died is itself the cause. */
const DEADLY = 3;
/** Time for a process to leave by itself (ms). */
const GOODBYE_MS = 1000;

/** Starts the process and waits until its model is loaded. Throws the UserError of a model that cannot be opened. */
export async function startInference(options: InferenceOptions): Promise<InferencePipeline> {
  const setup: InferenceSetup = {
    model: options.model,
    provider: options.provider ?? options.drawing?.provider ?? 'cpu',
    threads: options.threads ?? options.drawing?.threads ?? Math.max(1, Math.floor(cpus().length / 2)),
    drawing: options.drawing ?? {},
    fakeCost: options.fakeCost ?? 0,
  };
  const keeper = new ProcessKeeper(setup, options.onNotice ?? (() => undefined));
  const card = await keeper.ready;
  return {
    card,
    draw: (point, signal) => keeper.draw(point, signal),
    measureDifference: (points) => keeper.measure(points),
    hear: (prompt) => keeper.hear(prompt),
    dispose: () => keeper.dispose(),
    get alive() {
      return keeper.alive;
    },
    get losses() {
      return keeper.losses;
    },
    get processId() {
      return keeper.processId;
    },
  };
}

type Answer = Picture | readonly number[] | Heard | null;

interface Pending {
  readonly request: InferenceRequest & { readonly id: number };
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
  deaths: number;
}

/** Keeps one process alive and its requests from getting lost. */
class ProcessKeeper {
  readonly ready: Promise<ModelCard>;
  alive = false;
  losses = 0;
  readonly #setup: InferenceSetup;
  readonly #onNotice: (text: string) => void;
  /** In order of asking. */
  readonly #pending = new Map<number, Pending>();
  readonly #watch: ReturnType<typeof setInterval>;
  #settleReady: { readonly resolve: (card: ModelCard) => void; readonly reject: (reason: unknown) => void } | undefined;
  #child: ChildProcess | undefined;
  #nextId = 1;
  #heardAt: Milliseconds = 0;
  #answeredAt: Milliseconds = 0;
  #startedAt: Milliseconds = 0;
  #watchedAt: Milliseconds = performance.now();
  #pause: Milliseconds = 0;
  #disposed = false;

  constructor(setup: InferenceSetup, onNotice: (text: string) => void) {
    this.#setup = setup;
    this.#onNotice = onNotice;
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.#watch = setInterval(() => this.#checkHeart(), HEARTBEAT_MS);
    this.#start();
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  draw(point: LatentPoint, signal?: AbortSignal): Promise<Picture> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    const id = this.#nextId++;
    // A process that is gone answers no cancel; its requests are dropped here, so that they are not asked again.
    const cancel = (): void => (this.alive ? this.#send({ type: 'cancel', id }) : this.#take(id)?.reject(signal?.reason));
    signal?.addEventListener('abort', cancel, { once: true });
    return this.#ask({ type: 'draw', id, point }).finally(() => signal?.removeEventListener('abort', cancel)) as Promise<Picture>;
  }

  measure(points: readonly LatentPoint[]): Promise<number[]> {
    return this.#ask({ type: 'measure', id: this.#nextId++, points }) as Promise<number[]>;
  }

  hear(prompt: string): Promise<Heard | null> {
    return this.#ask({ type: 'hear', id: this.#nextId++, prompt }) as Promise<Heard | null>;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    clearInterval(this.#watch);
    this.#rejectAll(new Error('the pipeline is closed'));
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#send({ type: 'close' });
    const kill = setTimeout(() => child.kill('SIGKILL'), GOODBYE_MS);
    await gone;
    clearTimeout(kill);
  }

  #ask(request: InferenceRequest & { readonly id: number }): Promise<Answer> {
    if (this.#disposed) return Promise.reject(new Error('the pipeline is closed'));
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#answeredAt = performance.now();
      this.#pending.set(request.id, { request, resolve, reject, deaths: 0 });
      if (this.alive) this.#send(request);
    });
  }

  #start(): void {
    const entry = fileURLToPath(compiledEntry(import.meta.url, './inference-process.js'));
    // Long seeds are bigints, which the plain JSON channel does not carry.
    const child = spawn(process.execPath, [entry], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'], windowsHide: true });
    this.#child = child;
    this.#startedAt = this.#heardAt = this.#answeredAt = performance.now();
    const reader = new PictureReader((id, height, width, cost, pixels) => this.#answer(child, id, { height, width, pixels, cost }));
    (child.stdio[4] as Readable).on('data', (chunk: Buffer) => reader.push(chunk));
    (child.stdio[4] as Readable).on('error', () => undefined);
    child.on('message', (reply: InferenceReply) => this.#hear(child, reply));
    child.on('error', () => this.#lose(child, 'could not be started'));
    child.on('exit', (code, signal) => this.#lose(child, signal === null ? `ended with code ${code}` : `was ended by ${signal}`));
    this.#send({ type: 'open', setup: this.#setup });
  }

  #send(request: InferenceRequest): void {
    // A broken channel shows as the end of the process, which is handled there.
    if (this.#child?.connected === true) this.#child.send(request, () => undefined);
  }

  #hear(child: ChildProcess, reply: InferenceReply): void {
    if (child !== this.#child) return;
    this.#heardAt = performance.now();
    switch (reply.type) {
      case 'alive':
        break;
      case 'step':
        this.#answeredAt = performance.now();
        break;
      case 'ready':
        this.#becomeReady(reply.card);
        break;
      case 'notice':
        this.#onNotice(reply.text);
        break;
      case 'differences':
        this.#answer(child, reply.id, reply.differences);
        break;
      case 'heard':
        this.#answer(child, reply.id, reply.heard);
        break;
      case 'failed':
        this.#refuse(reply.id, reply.fault === null ? new Error(reply.message) : new UserError(reply.fault, reply.message));
        break;
    }
  }

  #becomeReady(card: ModelCard): void {
    this.alive = true;
    this.#answeredAt = performance.now();
    this.#settleReady?.resolve(card);
    this.#settleReady = undefined;
    if (this.losses > 0) this.#onNotice('The picture process is back; fresh pictures follow.');
    for (const { request } of this.#pending.values()) this.#send(request);
  }

  #answer(child: ChildProcess, id: number, answer: Answer): void {
    if (child !== this.#child) return;
    this.#heardAt = this.#answeredAt = performance.now();
    this.#pause = 0;
    this.#take(id)?.resolve(answer);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #refuse(id: number, reason: Error): void {
    this.#answeredAt = performance.now();
    if (id !== 0) return this.#take(id)?.reject(reason);
    if (this.#settleReady === undefined) return this.#onNotice(`The picture process could not load its model (${reason.message}); the show goes on with the pictures it has and tries again.`);
    this.#settleReady.reject(reason);
    this.#settleReady = undefined;
    void this.dispose();
  }

  #lose(child: ChildProcess, how: string): void {
    if (child !== this.#child || this.#disposed) return;
    const now = performance.now();
    if (this.alive) this.#dropDeadlyRequest();
    this.alive = false;
    this.losses++;
    this.#child = undefined;
    if (this.#settleReady !== undefined && this.losses >= DEADLY) return this.#refuse(0, new UserError('device', `the picture process ${how} three times before it was ready; run \`latentbeat doctor\`.`));
    this.#pause = now - this.#startedAt < EARLY_DEATH_MS ? Math.min(LONGEST_PAUSE_MS, this.#pause * 2 + 100) : 0;
    this.#onNotice(`The picture process ${how}; the show goes on with the pictures it has while a new one starts.`);
    setTimeout(() => {
      if (!this.#disposed) this.#start();
    }, this.#pause);
  }

  /** The oldest request was running; one that was there at every death is not asked again. */
  #dropDeadlyRequest(): void {
    const first = this.#pending.values().next().value;
    if (first === undefined) return;
    first.deaths++;
    if (first.deaths >= DEADLY) this.#take(first.request.id)?.reject(new UserError('device', `the picture process died ${DEADLY} times at this picture: the model cannot be run here; run \`latentbeat doctor\` or try --provider cpu.`));
  }

  #checkHeart(): void {
    const now = performance.now();
    // This process itself was held up: what the other one said is still unread.
    const heldUp = now - this.#watchedAt > 3 * HEARTBEAT_MS;
    this.#watchedAt = now;
    if (heldUp) this.#heardAt = Math.max(this.#heardAt, now - SILENCE_MS / 2);
    const silent = now - this.#heardAt > (this.alive ? SILENCE_MS : OPENING_SILENCE_MS);
    const stuck = (this.#pending.size > 0 || !this.alive) && now - this.#answeredAt > this.#patience();
    const child = this.#child;
    if (child === undefined || !(silent || stuck)) return;
    child.kill('SIGKILL');
    this.#lose(child, stuck ? 'hung at a picture' : 'fell silent');
  }

  #patience(): Milliseconds {
    if (!this.alive) return LONGEST_OPENING_MS;
    return this.#setup.provider === 'cpu' ? LONGEST_CPU_STEP_MS : LONGEST_STEP_MS;
  }

  #rejectAll(reason: Error): void {
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }
}

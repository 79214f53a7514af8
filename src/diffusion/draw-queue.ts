/**
 * One drawer, many askers: draws run in order, one at a time or a few that share their calls; measurements are cut into single pictures that take turns
 * with waiting draws, so that probing a new prompt never blocks the show for long. Pictures of probes are remembered,
 * since neighbouring stretches share their ends.
 */

import { LruCache } from './lru-cache.ts';
import type { LatentPoint, Picture } from './types.ts';

interface Job {
  readonly point: LatentPoint;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (picture: Picture) => void;
  readonly reject: (reason: unknown) => void;
}

/** Probe pictures kept, in bytes of pixels. */
const PROBE_BYTES = 32 * 1024 * 1024;
const DISSOLVES_KEPT = 2;

export class DrawQueue {
  readonly #run: (point: LatentPoint) => Promise<Picture>;
  readonly #width: number;
  readonly #betweenJobs: (() => Promise<void>) | undefined;
  readonly #draws: Job[] = [];
  readonly #probes: Job[] = [];
  #pictures: LruCache<string, Picture> | undefined;
  readonly #below = new LruCache<string, Picture>(DISSOLVES_KEPT);
  #active = 0;
  #closed = false;
  #probeIsNext = false;

  /** At most `width` calls of `run` are under way at once; `betweenJobs` lets messages in after a run that blocked. */
  constructor(run: (point: LatentPoint) => Promise<Picture>, betweenJobs?: () => Promise<void>, width = 1) {
    this.#run = run;
    this.#width = width;
    this.#betweenJobs = betweenJobs;
  }

  draw(point: LatentPoint, signal?: AbortSignal): Promise<Picture> {
    const { under, ...own } = point;
    return under === undefined ? this.#enqueue(this.#draws, point, signal) : this.#dissolve(own, under, signal);
  }

  /** What shows through stands still for the whole dissolve, so it is drawn once. */
  async #dissolve(own: LatentPoint, { point, share }: NonNullable<LatentPoint['under']>, signal: AbortSignal | undefined): Promise<Picture> {
    const key = keyOf(point);
    const kept = this.#below.get(key);
    const [above, below] = await Promise.all([this.#enqueue(this.#draws, own, signal), kept ?? this.draw(point, signal)]);
    this.#below.set(key, below);
    return { ...above, pixels: mixPixels(above.pixels, below.pixels, share), cost: above.cost + (kept === undefined ? below.cost : 0) };
  }

  /** `compare` of each neighbouring pair: `points.length - 1` numbers. */
  async measure(points: readonly LatentPoint[], compare: (a: Picture, b: Picture) => number): Promise<number[]> {
    const differences: number[] = [];
    let before: Picture | undefined;
    for (const point of points) {
      const picture = await this.#probe(point);
      if (before !== undefined) differences.push(compare(before, picture));
      before = picture;
    }
    return differences;
  }

  /** Rejects what waits. */
  close(): Promise<void> {
    this.#closed = true;
    for (const job of [...this.#draws.splice(0), ...this.#probes.splice(0)]) job.reject(new Error('the pipeline is closed'));
    return Promise.resolve();
  }

  async #probe(point: LatentPoint): Promise<Picture> {
    const key = keyOf(point);
    const kept = this.#pictures?.get(key);
    if (kept !== undefined) return kept;
    const picture = await this.#enqueue(this.#probes, point, undefined);
    this.#pictures ??= new LruCache(Math.max(4, Math.floor(PROBE_BYTES / picture.pixels.length)));
    this.#pictures.set(key, picture);
    return picture;
  }

  #enqueue(queue: Job[], point: LatentPoint, signal: AbortSignal | undefined): Promise<Picture> {
    if (this.#closed) return Promise.reject(new Error('the pipeline is closed'));
    return new Promise((resolve, reject) => {
      queue.push({ point, signal, resolve, reject });
      this.#work();
    });
  }

  /** Starts what may run now; each job that ends makes room for the next. */
  #work(): void {
    while (this.#active < this.#width) {
      const job = this.#next();
      if (job === undefined) return;
      this.#active++;
      void this.#do(job).then(() => {
        this.#active--;
        this.#work();
      });
    }
  }

  async #do(job: Job): Promise<void> {
    if (job.signal?.aborted === true) job.reject(job.signal.reason);
    else await this.#run(job.point).then(job.resolve, job.reject);
    await this.#betweenJobs?.();
  }

  /** Draws first, but after each draw one probe where probes wait. */
  #next(): Job | undefined {
    const probeNow = this.#probes.length > 0 && (this.#probeIsNext || this.#draws.length === 0);
    this.#probeIsNext = !probeNow;
    return probeNow ? this.#probes.shift() : this.#draws.shift();
  }
}

/** As a mixer dissolves: by value, `share` of the lower. */
function mixPixels(above: Uint8Array, below: Uint8Array, share: number): Uint8Array {
  const mixed = new Uint8Array(above.length);
  for (let i = 0; i < mixed.length; i++) mixed[i] = Math.round((above[i] as number) * (1 - share) + (below[i] ?? 0) * share);
  return mixed;
}

/** Equal points have equal keys; long seeds are bigints, which JSON does not know. */
function keyOf(point: LatentPoint): string {
  return JSON.stringify(point, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

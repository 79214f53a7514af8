/** Work for the next display frame: each job runs once, however often it was asked for, so a storm of messages costs one paint. */

export class FrameJobs {
  #waiting = new Set<() => void>();

  /** Runs `job` (the same function counts once) when the next frame is drawn. */
  soon(job: () => void): void {
    this.#waiting.add(job);
  }

  /** Called once per display frame. Jobs asked for meanwhile wait for the next one. */
  run(): void {
    if (this.#waiting.size === 0) return;
    const jobs = this.#waiting;
    this.#waiting = new Set();
    for (const job of jobs) job();
  }
}

/**
 * Renders started from a page: one at a time, in a process of its own, so that the show on stage goes on. Finished videos
 * are offered for download by id.
 */

import { basename } from 'node:path';

import { messageOf, UserError } from '../../base/errors.ts';
import type { Seconds } from '../../base/units.ts';
import type { ClientMessage, RenderProgress } from '../../protocol/messages.ts';
import type { Download } from '../web/host.ts';
import type { OpenShow, RunningRender, ShowTools } from '../open-show.ts';

/** Less of a live input makes no video. */
const LEAST_RECORDED: Seconds = 1;

export type RenderRequest = Omit<Extract<ClientMessage, { type: 'render' }>, 'type'>;

export class RenderDesk {
  readonly #tools: ShowTools;
  readonly #tell: (progress: RenderProgress) => void;
  readonly #finished = new Map<string, Download>();
  #running: { readonly id: string; readonly render: RunningRender; latest: RenderProgress; cancelled: boolean } | null = null;
  #count = 0;

  constructor(tools: ShowTools, tell: (progress: RenderProgress) => void) {
    this.#tools = tools;
    this.#tell = tell;
  }

  download(id: string): Download | null {
    return this.#finished.get(id) ?? null;
  }

  /** Starts, estimates or cancels. Throws a UserError while another render runs. */
  take(show: OpenShow, { action, aspect }: RenderRequest): void {
    if (action === 'cancel') return this.cancel();
    if (show.live && (show.recording?.seconds ?? 0) < LEAST_RECORDED) throw new UserError('usage', show.recording === undefined ? 'This live input is not recorded (--no-record), so it cannot be rendered: open a track first.' : 'Nothing has been heard yet that could be rendered.');
    if (this.#running !== null) throw new UserError('usage', 'A render is running already: wait for it or cancel it first.');
    const id = `render-${++this.#count}`;
    const estimateOnly = action === 'estimate';
    const order = { id, show, aspect, draft: action === 'draft', estimateOnly };
    const running = { id, latest: emptyProgress(id), cancelled: false, render: this.#tools.render(order, (progress) => this.#progress(progress)) };
    this.#running = running;
    running.render.done.then((path) => this.#finish(path, estimateOnly), (reason: unknown) => this.#fail(reason));
  }

  cancel(): void {
    if (this.#running === null) return;
    this.#running.cancelled = true;
    this.#running.render.cancel();
  }

  #progress(progress: RenderProgress): void {
    if (this.#running?.id !== progress.id) return;
    this.#running.latest = progress;
    this.#tell(progress);
  }

  #finish(path: string, estimateOnly: boolean): void {
    const running = this.#running;
    this.#running = null;
    if (running === null || estimateOnly) return;
    this.#finished.set(running.id, { path, name: basename(path) });
    this.#tell({ ...running.latest, state: 'done', framesDone: running.latest.framesTotal, secondsLeft: 0, url: `/api/renders/${running.id}`, message: `Saved as ${path}` });
  }

  #fail(reason: unknown): void {
    const running = this.#running;
    this.#running = null;
    if (running === null) return;
    this.#tell({ ...running.latest, state: running.cancelled ? 'cancelled' : 'failed', message: running.cancelled ? 'Cancelled; starting it again goes on where it stopped.' : messageOf(reason) });
  }
}

function emptyProgress(id: string): RenderProgress {
  return { id, state: 'estimating', framesDone: 0, framesTotal: 0, framesPerSecond: 0, secondsLeft: 0, url: '', message: '' };
}

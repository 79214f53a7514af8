/** The open show and the version of what pages have fetched of it: a new version makes them fetch timeline and sound again. */

import { UserError } from '../base/errors.ts';
import { encodeTimeline } from '../timeline/binary.ts';
import type { OpenShow } from './open-show.ts';

export class ShowSlot {
  #show: OpenShow | null = null;
  #version = 0;
  #timelineBytes: Uint8Array | null = null;

  /** Null until a show is open. */
  get current(): OpenShow | null {
    return this.#show;
  }

  get version(): number {
    return this.#version;
  }

  /** The open show. Throws a UserError until there is one. */
  get(): OpenShow {
    if (this.#show === null) throw new UserError('again', 'No show is open yet: wait a moment.');
    return this.#show;
  }

  /** Another show. */
  put(show: OpenShow): void {
    this.#show = show;
    this.renew();
  }

  /** The same show with other parts; the timeline that pages hold is still right. */
  replace(show: OpenShow): void {
    this.#show = show;
  }

  /** The timeline differs from what pages hold. */
  renew(): void {
    this.#version++;
    this.#timelineBytes = null;
  }

  /** Encoded Timeline (timeline/binary.ts), null for none. */
  timelineBytes(): Uint8Array | null {
    if (this.#show === null || this.#show.live) return null;
    this.#timelineBytes ??= encodeTimeline(this.#show.timeline);
    return this.#timelineBytes;
  }
}

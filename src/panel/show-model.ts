/** What the panel knows of the show: info, parameters, transport, timeline. Instants (ms) are arguments. */

import type { Milliseconds, Seconds } from '../base/units.ts';
import type { ServerMessage, ShowInfo, TransportState } from '../protocol/messages.ts';
import type { Parameter } from '../score/parameters.ts';
import { decodeTimeline } from '../timeline/binary.ts';
import { placeInGrid, type BeatPlace, type Timeline } from '../timeline/timeline.ts';
import { addressOf } from '../stage/page/address.ts';
import { LiveTimeline } from '../stage/live-timeline.ts';
import type { ServerClock } from '../stage/server-clock.ts';
import { ShowFollower } from '../stage/show-follower.ts';

export class ShowModel {
  show: ShowInfo | null = null;
  parameters: readonly Parameter[] = [];
  transport: TransportState | null = null;
  timeline: Timeline | null = null;
  readonly #clock: ServerClock;
  readonly #follower = new ShowFollower();
  #live: LiveTimeline | null = null;
  #timelineUrl: string | null = null;

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  /** Takes in a message; resolves once the timeline it asks for is there. */
  async receive(message: ServerMessage): Promise<void> {
    if (message.type === 'hello') {
      this.parameters = message.parameters;
      this.transport = message.transport;
    }
    if (message.type === 'hello' || message.type === 'show') {
      this.show = message.show;
      await this.#loadTimeline(message.show.timelineUrl);
    }
    if (message.type === 'effects') this.parameters = message.parameters;
    if (message.type === 'transport') this.transport = message.transport;
    if (message.type === 'live') (this.#live ??= new LiveTimeline()).add(message);
  }

  timeAt(instant: Milliseconds): Seconds {
    return this.transport === null ? 0 : this.#follower.timeAt(this.transport, this.#clock.toServer(instant), instant);
  }

  /** The track's timeline, or that of live input as far as it has been heard. */
  get music(): Timeline | null {
    return this.timeline ?? this.#live;
  }

  /** Place in the beat grid; null while nothing gives beats. */
  beatAt(time: Seconds): BeatPlace | null {
    const grid = this.timeline?.grid ?? this.#live?.grid;
    return grid === undefined || grid.beats.length < 2 ? null : placeInGrid(grid, time);
  }

  async #loadTimeline(url: string | null): Promise<void> {
    if (url === this.#timelineUrl && url !== null) return;
    this.#timelineUrl = url;
    this.timeline = null;
    this.#live = null;
    if (url === null) return;
    const response = await fetch(addressOf(url));
    if (!response.ok) throw new Error(`The track's timeline could not be fetched (HTTP ${response.status}); reload the page.`);
    const timeline = decodeTimeline(new Uint8Array(await response.arrayBuffer()));
    if (url === this.#timelineUrl) this.timeline = timeline;
  }
}

/** The state of the session as pages, controllers and the HTTP interface hear of it. */

import type { Milliseconds } from '../base/units.ts';
import type { TreeContent } from '../control/osc/oscquery-tree.ts';
import type { ServerMessage, ShowInfo, Telemetry, TransportState } from '../protocol/messages.ts';
import { curveAt } from '../timeline/timeline.ts';
import type { Desks } from './desks/desks.ts';
import type { Health, StateReport, Welcome } from './web/host.ts';
import type { OpenShow } from './open-show.ts';
import { keeperTilesOf, sectionLabelAt, showInfoOf } from './show-info.ts';

export class ShowTeller {
  readonly #desks: Desks;
  readonly #startedAt: Milliseconds;

  constructor(desks: Desks) {
    this.#desks = desks;
    this.#startedAt = desks.options.now();
  }

  health(): Health {
    const { slot: { current: show }, options } = this.#desks;
    return {
      ok: show !== null, version: options.version, model: show?.pipeline.card.id ?? '', provider: show?.pipeline.card.provider ?? options.provider,
      track: show === null || show.audio === null ? null : show.title, uptimeSeconds: (options.now() - this.#startedAt) / 1000,
    };
  }

  state(): StateReport {
    const { frames, clock, controls, options } = this.#desks;
    const { bufferSeconds, picturesPerSecond, lateFrames, generation } = frames.telemetry();
    const now = options.now();
    const place = clock.placeAt(now);
    return {
      showTimeSeconds: clock.timeAt(now), beat: place.beat, bar: place.bar, tempo: place.tempo, clockSource: place.source,
      bufferSeconds, picturesPerSecond, lateFrames, generation,
      parameters: controls.values,
    };
  }

  welcome(): Welcome | null {
    const { slot: { current: show }, controls, effects } = this.#desks;
    if (show === null) return null;
    return {
      show: this.#showInfo(show), parameters: [...show.table.values()], values: controls.values, effects: effects.of(show), transport: this.#transportState(),
      greetings: this.#greetings(show),
    };
  }

  #greetings({ keepers }: OpenShow): ServerMessage[] {
    const { storyboard, controllers, hearing, thumbnails, outputs, perform, queue } = this.#desks;
    return [
      { type: 'storyboard', scenes: storyboard.tiles() }, { type: 'keepers', keepers: keeperTilesOf(keepers) }, { type: 'telemetry', telemetry: this.#telemetry() },
      controllers.info(), hearing.message(), thumbnails.message(), outputs.message(), ...perform.greetings(), queue.message(),
    ];
  }

  /** What OSCQuery tells of; null until a show is open. */
  treeContent(): TreeContent | null {
    const { slot: { current: show }, controls, outs, editor, options: { tools } } = this.#desks;
    if (show === null) return null;
    const { prompts } = editor.worn;
    return {
      table: show.table, values: controls.values, outs: outs.values,
      choicesOf: (path) => (path === '/preset/load' ? tools.presets().map(({ name }) => name) : undefined),
      describe: (path) => (path.startsWith('/walk/prompt/') ? prompts[Number(path.slice(13)) - 1]?.text : undefined),
    };
  }

  /** Loudness of the sound now, 0 to 1. */
  energyAt(now: Milliseconds): number {
    const { live, slot: { current: show }, clock } = this.#desks;
    if (live.desk !== null) return live.desk.show.tracker.features().energy;
    return show === null ? 0 : curveAt(show.timeline, 'energy', clock.timeAt(now));
  }

  /** Label of the section now, '' for none. */
  sectionAt(now: Milliseconds): string {
    const { slot: { current: show }, clock } = this.#desks;
    return show === null ? '' : sectionLabelAt(show.timeline, clock.timeAt(now));
  }

  tellTransport(): void {
    this.#desks.pages.broadcast({ type: 'transport', transport: this.#transportState() });
  }

  tellTelemetry(): void {
    this.#desks.pages.broadcast({ type: 'telemetry', telemetry: this.#telemetry() });
  }

  tellShow(): void {
    const { slot, pages, links, controls } = this.#desks;
    pages.broadcast({ type: 'show', show: this.#showInfo(slot.get()), values: controls.values });
    for (const path of ['/walk/prompt', '/preset/load']) links.pathChanged(path);
    this.tellTransport();
  }

  tellKeepers(): void {
    const { slot, pages } = this.#desks;
    pages.broadcast({ type: 'keepers', keepers: keeperTilesOf(slot.get().keepers) });
  }

  #showInfo(show: OpenShow): ShowInfo {
    const { options: { tools }, slot, editor } = this.#desks;
    return showInfoOf(show, tools.presets(), slot.version, editor.worn);
  }

  #telemetry(): Telemetry {
    const { frames, links, pages, reports, options } = this.#desks;
    const { bufferSeconds, picturesPerSecond, lateFrames, generation, subdivision } = frames.telemetry();
    const { received: oscReceived, bad: oscBad } = links.counters;
    return { bufferSeconds, picturesPerSecond, lateFrames, generation, subdivision, provider: this.health().provider, oscReceived, oscBad, clients: pages.list().length, ...reports.worst(options.now()) };
  }

  #transportState(): TransportState {
    const { clock, time, options } = this.#desks;
    const state = clock.state(options.now());
    return time.chasing ? { ...state, clockSource: 'timecode' } : state;
  }
}

/**
 * The patch bay: the routes drawn with their live values, and one editor per route (feature, target, amount, curve, attack,
 * release). What hands change goes to the server as a whole route; what stands comes back from there.
 */

import type { Milliseconds, Seconds } from '../base/units.ts';
import type { Parameter } from '../score/parameters.ts';
import { route as newRoute, SHAPES, type RouteFeature, type RouteShape, type RouteSpec, type RouteTime } from '../score/route-types.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { h } from '../stage/page/dom.ts';
import { Board } from './board.ts';
import { createFader } from './fader.ts';
import { PatchCables } from './patch-cables.ts';
import { PatchEngine } from './patch-engine.ts';
import { featureName, featuresOf, reachOf, shapeText, targetName, targetsOf } from './route-words.ts';
import { setText, TileList, type Tile } from './tile-list.ts';

interface RouteTile extends Tile {
  readonly title: HTMLElement;
  readonly shape: HTMLElement;
  readonly live: HTMLElement;
  readonly editor: HTMLElement;
  /** The route's numbers, as a table for its faders. */
  board: Board | null;
  spec: RouteSpec | null;
  shown: string;
}

/** Amounts are sent this long after the last move at the latest: a route set is planned anew as a whole. */
const SETTLE: Milliseconds = 120;

export class PatchView {
  readonly element: HTMLElement;
  readonly #onRoutes: (routes: readonly RouteSpec[] | null) => void;
  readonly #cables = new PatchCables((index) => this.#choose(index));
  readonly #tiles: TileList<RouteSpec, RouteTile>;
  readonly #soon: (job: () => void) => void;
  #parameters: ReadonlyMap<string, Parameter> = new Map();
  #routes: readonly RouteSpec[] = [];
  #engine: PatchEngine | null = null;
  #timeline: Timeline | null = null;
  #isLive = false;
  #chosen = -1;
  #sending: number | undefined;

  constructor(onRoutes: (routes: readonly RouteSpec[] | null) => void, soon: (job: () => void) => void) {
    this.#onRoutes = onRoutes;
    this.#soon = soon;
    const list = h('div', { class: 'routes' });
    const own = h('button', { class: 'quiet', title: 'Back to the routes of the preset', onclick: () => this.#onRoutes(null) }, 'Preset\'s own');
    const add = h('button', { class: 'quiet', onclick: () => this.#add(newRoute('energy', 'look.light', 0.2)) }, 'Add route');
    const addLfo = h('button', { class: 'quiet', onclick: () => this.#add(newRoute('lfo:sine', 'look.hue', 0.06, { period: { amount: 4, unit: 'bar' } })) }, 'Add oscillator');
    this.element = h('div', { class: 'patch' },
      h('section', { class: 'card' }, h('h2', {}, 'Music moves the picture'), this.#cables.element),
      h('section', { class: 'card' }, h('h2', {}, 'Routes', h('span', { class: 'end row' }, own, add, addLfo)), list));
    this.#tiles = new TileList(list, { keyOf: (_spec, index) => index, create: (_spec, index) => this.#createTile(index), update: (tile, spec, index) => this.#update(tile, spec, index) });
  }

  setShow(routes: readonly RouteSpec[], parameters: readonly Parameter[], timeline: Timeline | null, isLive: boolean): void {
    this.#parameters = new Map(parameters.map((parameter) => [parameter.path, parameter]));
    this.#timeline = timeline;
    this.#isLive = isLive;
    if (this.#sending !== undefined) return;
    this.#setRoutes(routes);
  }

  /** Once per display frame while the bay is seen. */
  paint(time: Seconds): void {
    if (this.#timeline === null) return;
    // Settling the followers anew takes some milliseconds: not while a hand moves.
    if (this.#engine === null || (this.#sending === undefined && (this.#engine.timeline !== this.#timeline || this.#engine.routes !== this.#routes))) this.#engine = new PatchEngine(this.#routes, this.#timeline, this.#isLive);
    const readings = this.#engine.readingsAt(time);
    this.#cables.paint(readings);
    this.#tiles.tiles.forEach((tile, i) => {
      tile.board?.show();
      const reading = readings[i];
      const spec = this.#routes[i];
      if (reading === undefined || spec === undefined) return;
      const share = (reading.output / reachOf(spec.to, this.#parameters)).toFixed(2);
      if (share === tile.shown) return;
      tile.shown = share;
      tile.live.style.setProperty('--share', String(Math.min(1, Math.max(-1, Number(share)))));
    });
  }

  #setRoutes(routes: readonly RouteSpec[]): void {
    if (JSON.stringify(routes) === JSON.stringify(this.#routes) && this.#routes.length > 0) return;
    this.#routes = routes;
    this.#cables.setRoutes(routes, this.#parameters);
    this.#tiles.show(routes);
  }

  /** Shows the change at once and sends it when the hand rests. */
  #edit(index: number, change: Partial<RouteSpec>): void {
    this.#take(this.#routes.map((spec, i) => (i === index ? { ...spec, ...change } : spec)));
  }

  #add(spec: RouteSpec): void {
    this.#take([...this.#routes, spec]);
    this.#choose(this.#routes.length - 1);
  }

  #take(routes: readonly RouteSpec[]): void {
    this.#setRoutes(routes);
    clearTimeout(this.#sending);
    this.#sending = window.setTimeout(() => {
      this.#sending = undefined;
      this.#onRoutes(this.#routes);
    }, SETTLE);
  }

  #choose(index: number): void {
    this.#chosen = index === this.#chosen ? -1 : index;
    this.#cables.choose(this.#chosen);
    this.#tiles.tiles.forEach(({ element }, i) => element.classList.toggle('open', i === this.#chosen));
    this.#tiles.tiles[this.#chosen]?.element.scrollIntoView({ block: 'nearest' });
  }

  #createTile(index: number): RouteTile {
    const title = h('b', {});
    const shape = h('span', {});
    const live = h('i', { class: 'route-live' });
    const editor = h('div', { class: 'route-editor' });
    const head = h('button', { class: 'route-head', onclick: () => this.#choose(index) }, title, shape, h('span', { class: 'route-meter' }, live));
    return { element: h('article', { class: 'route' }, head, editor), title, shape, live, editor, board: null, spec: null, shown: '' };
  }

  #update(tile: RouteTile, spec: RouteSpec, index: number): void {
    setText(tile.title, `${featureName(spec.feature)} → ${targetName(spec.to, this.#parameters)}`);
    setText(tile.shape, shapeText(spec));
    tile.element.classList.toggle('open', index === this.#chosen);
    const same = tile.spec !== null && tile.spec.feature === spec.feature && tile.spec.to === spec.to && tile.spec.shape === spec.shape && tile.spec.alternate === spec.alternate;
    tile.spec = spec;
    // What a hand holds or types into is left alone: it is where the change came from.
    if (!same || !tile.editor.matches(':active, :focus-within')) tile.editor.replaceChildren(...this.#createEditor(tile, spec, index));
  }

  #createEditor(tile: RouteTile, spec: RouteSpec, index: number): HTMLElement[] {
    const edit = (change: Partial<RouteSpec>): void => this.#edit(index, change);
    const features = featuresOf(this.#timeline);
    const targets = targetsOf(this.#parameters);
    const isOnBeat = spec.shape === 'beat' || spec.shape === 'sway';
    return [
      h('div', { class: 'route-picks' },
        pick('Feature', features, spec.feature, featureName, (feature) => edit({ feature: feature as RouteFeature })),
        pick('Target', targets, spec.to, (to) => targetName(to, this.#parameters), (to) => edit({ to })),
        pick('Answer', SHAPES, spec.shape, (name) => name, (shape) => edit({ shape: shape as RouteShape }))),
      ...this.#createFaders(tile, spec, edit),
      ...(spec.feature.startsWith('lfo:') ? [this.#timeRow('One turn in', spec.period, (period) => edit({ period }))] : []),
      ...(isOnBeat ? [] : [this.#timeRow('Attack', spec.attack, (attack) => edit({ attack })), this.#timeRow('Release', spec.release, (release) => edit({ release }))]),
      h('div', { class: 'row' },
        h('button', { class: 'quiet', 'aria-pressed': spec.alternate, title: 'Every other beat goes to the other side', onclick: () => edit({ alternate: !spec.alternate }) }, 'Alternate sides'),
        h('button', { class: 'quiet route-remove', onclick: () => this.#take(this.#routes.filter((_, i) => i !== index)) }, 'Remove')),
    ];
  }

  /** Faders over a table of their own: the route's numbers. */
  #createFaders(tile: RouteTile, spec: RouteSpec, edit: (change: Partial<RouteSpec>) => void): HTMLElement[] {
    const reach = reachOf(spec.to, this.#parameters);
    const rows = [
      { key: 'gain', label: 'Amount', min: -reach, max: reach, rest: 0, help: 'What the target gains when the feature is full' },
      { key: 'offset', label: 'Offset', min: -reach, max: reach, rest: 0, help: 'What it has when the feature is silent' },
      { key: 'curve', label: 'Curve', min: 0.25, max: 4, rest: 1, help: 'Above 1 only the loud counts, below 1 the quiet too' },
      { key: 'threshold', label: 'Threshold', min: 0, max: 1, rest: 0, help: 'Below it the feature counts as nothing' },
    ] as const;
    const own = new Board((message) => message.type === 'value' && edit({ [message.path.slice(1)]: Number(message.value) }), this.#soon, () => performance.now());
    tile.board = own;
    own.receive(Object.fromEntries(rows.map(({ key }) => [`/${key}`, spec[key]])), true);
    return rows.map(({ key, label, min, max, rest, help }) => {
      const fader = createFader({ path: `/${key}`, kind: 'number', group: 'look', label, help, unit: '', min, max, default: rest, smoothing: 0, quantisable: false }, own, { upright: false });
      fader.removeAttribute('data-path');
      return fader;
    });
  }

  #timeRow(label: string, time: RouteTime, set: (time: RouteTime) => void): HTMLElement {
    const amount = h('input', { type: 'number', min: '0', max: '60', step: '0.01', value: String(Math.round(time.amount * 1000) / 1000), 'aria-label': `${label}, amount` });
    const unit = h('select', { 'aria-label': `${label}, unit` }, ...(['s', 'beat', 'bar'] as const).map((name) => h('option', { value: name, selected: name === time.unit }, name === 's' ? 'seconds' : `${name}s`)));
    const send = (): void => {
      if (amount.valueAsNumber >= 0 && amount.valueAsNumber <= 60) set({ amount: amount.valueAsNumber, unit: unit.value as RouteTime['unit'] });
    };
    amount.addEventListener('change', send);
    unit.addEventListener('change', send);
    return h('div', { class: 'time-row' }, h('span', {}, label), amount, unit);
  }
}

function pick(label: string, names: readonly string[], chosen: string, nameOf: (name: string) => string, set: (name: string) => void): HTMLElement {
  const all = names.includes(chosen) ? names : [chosen, ...names];
  const select = h('select', { 'aria-label': label, onchange: () => set(select.value) }, ...all.map((name) => h('option', { value: name, selected: name === chosen }, nameOf(name))));
  return h('label', {}, h('span', {}, label), select);
}

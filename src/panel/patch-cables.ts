/**
 * The bay: features on the left, what they move on the right, and a cable for each route that glows with its live value.
 * Places are read from the page only when it is laid out anew; a frame draws curves and nothing else.
 */

import type { Parameter } from '../score/parameters.ts';
import type { RouteReading, RouteSpec } from '../score/route.ts';
import { h } from '../stage/page/dom.ts';
import { featureName, reachOf, targetName } from './route-words.ts';

interface Node {
  readonly element: HTMLButtonElement;
  readonly meter: HTMLElement;
  shown: string;
}

interface Cable {
  readonly from: string;
  readonly to: string;
  readonly reach: number;
}

export class PatchCables {
  readonly element: HTMLElement;
  readonly #onChoose: (index: number) => void;
  readonly #features = h('div', { class: 'bay-nodes bay-features' });
  readonly #targets = h('div', { class: 'bay-nodes bay-targets' });
  readonly #canvas = h('canvas', { class: 'bay-cables', 'aria-hidden': 'true' });
  #cables: readonly Cable[] = [];
  #left = new Map<string, Node>();
  #right = new Map<string, Node>();
  #places: readonly { readonly y0: number; readonly y1: number }[] = [];
  #stale = true;
  #chosen = -1;

  /** `onChoose`: a node was touched; the index of its first route. */
  constructor(onChoose: (index: number) => void) {
    this.#onChoose = onChoose;
    this.element = h('div', { class: 'bay' }, this.#features, this.#canvas, this.#targets);
    new ResizeObserver(() => (this.#stale = true)).observe(this.element);
  }

  setRoutes(routes: readonly RouteSpec[], parameters: ReadonlyMap<string, Parameter>): void {
    this.#cables = routes.map(({ feature, to }) => ({ from: feature, to, reach: reachOf(to, parameters) }));
    const build = (names: readonly string[], nameOf: (name: string) => string, key: 'from' | 'to'): Map<string, Node> => new Map([...new Set(names)].map((name) => [name, createNode(nameOf(name), () => this.#onChoose(this.#cables.findIndex((cable) => cable[key] === name)))]));
    this.#left = build(routes.map(({ feature }) => feature), featureName, 'from');
    this.#right = build(routes.map(({ to }) => to), (to) => targetName(to, parameters), 'to');
    this.#features.replaceChildren(...[...this.#left.values()].map(({ element }) => element));
    this.#targets.replaceChildren(...[...this.#right.values()].map(({ element }) => element));
    this.#stale = true;
  }

  choose(index: number): void {
    this.#chosen = index;
  }

  /** Readings in the order of the routes. */
  paint(readings: readonly RouteReading[]): void {
    if (this.#stale) this.#measure();
    const sums = new Map<string, number>();
    readings.forEach(({ feature, output }, i) => {
      const cable = this.#cables[i];
      if (cable === undefined) return;
      fillNode(this.#left.get(cable.from), feature);
      sums.set(cable.to, (sums.get(cable.to) ?? 0) + output / cable.reach);
    });
    for (const [to, sum] of sums) fillNode(this.#right.get(to), Math.abs(sum));
    this.#draw(readings);
  }

  #measure(): void {
    this.#stale = false;
    const box = this.#canvas.getBoundingClientRect();
    const ratio = Math.min(2, devicePixelRatio);
    this.#canvas.width = Math.round(box.width * ratio);
    this.#canvas.height = Math.round(box.height * ratio);
    const middleOf = (node: Node | undefined): number => {
      const place = node?.element.getBoundingClientRect();
      return place === undefined ? 0 : (place.top + place.height / 2 - box.top) * ratio;
    };
    this.#places = this.#cables.map(({ from, to }) => ({ y0: middleOf(this.#left.get(from)), y1: middleOf(this.#right.get(to)) }));
  }

  #draw(readings: readonly RouteReading[]): void {
    const context = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
    const { width, height } = this.#canvas;
    const ratio = Math.min(2, devicePixelRatio);
    context.clearRect(0, 0, width, height);
    context.lineCap = 'round';
    this.#places.forEach(({ y0, y1 }, i) => {
      const strength = Math.min(1, Math.abs(readings[i]?.answer ?? 0));
      context.beginPath();
      context.moveTo(0, y0);
      context.bezierCurveTo(width * 0.45, y0, width * 0.55, y1, width, y1);
      context.strokeStyle = i === this.#chosen ? `rgb(255 255 255 / ${0.55 + 0.45 * strength})` : `rgb(255 179 71 / ${0.16 + 0.84 * strength})`;
      context.lineWidth = (1.5 + 4 * strength + (i === this.#chosen ? 1.5 : 0)) * ratio;
      context.stroke();
    });
  }
}

function createNode(name: string, choose: () => void): Node {
  const meter = h('i', { class: 'node-meter' });
  return { element: h('button', { class: 'node', onclick: choose }, h('span', {}, name), meter), meter, shown: '' };
}

function fillNode(node: Node | undefined, share: number): void {
  if (node === undefined) return;
  const text = Math.min(1, Math.max(0, share)).toFixed(2);
  if (text === node.shown) return;
  node.shown = text;
  node.meter.style.setProperty('--share', text);
}

/** The small sheet of the geometry editor: everything that is a number or a choice rather than a point. */

import { PLAIN_OUTPUT, type OutputSettings } from '../../protocol/output-settings.ts';
import { h } from '../page/dom.ts';
import { resizeMesh } from './homography.ts';
import { TEST_CARDS, type TestCard } from './test-cards.ts';

/** A new mask, to be dragged. */
const NEW_MASK = [{ x: 0.4, y: 0.4 }, { x: 0.6, y: 0.4 }, { x: 0.6, y: 0.6 }, { x: 0.4, y: 0.6 }];
type Edge = keyof OutputSettings['blend'];
const EDGES: readonly Edge[] = ['left', 'right', 'top', 'bottom'];
const SLICE: readonly (keyof OutputSettings['slice'])[] = ['x', 'y', 'width', 'height'];

export class GeometrySheet {
  readonly element: HTMLElement;
  #settings: OutputSettings = PLAIN_OUTPUT;
  readonly #refresh: (() => void)[] = [];
  readonly #change: (settings: OutputSettings) => void;

  constructor(name: string, change: (settings: OutputSettings) => void, setCard: (card: TestCard) => void, close: () => void) {
    this.#change = change;
    this.element = h('aside', { class: 'geometry-sheet' },
      h('header', {}, h('b', {}, name), h('button', { onclick: close, title: 'Close (W)' }, 'Done')),
      h('div', { class: 'geometry-row cards' }, ...TEST_CARDS.map((card) => h('button', { onclick: () => setCard(card) }, card))),
      this.#choice('Fit', ['fill', 'fit', 'stretch'], (s) => s.fit, (s, fit) => ({ ...s, fit })),
      this.#choice('Rotate', [0, 90, 180, 270] as const, (s) => s.rotate, (s, rotate) => ({ ...s, rotate })),
      h('div', { class: 'geometry-row' }, h('span', {}, 'Flip'), this.#toggle('sideways', (s) => s.flipX, (s, flipX) => ({ ...s, flipX })), this.#toggle('upside down', (s) => s.flipY, (s, flipY) => ({ ...s, flipY }))),
      this.#choice('Mesh', [2, 3, 4, 5, 6, 7, 8, 9] as const, (s) => s.mesh.size, (s, size) => ({ ...s, mesh: resizeMesh(s.mesh, size) })),
      h('div', { class: 'geometry-row' }, h('span', {}, 'Slice'), ...SLICE.map((key) => this.#number(key, 0, 1, (s) => s.slice[key], (s, value) => ({ ...s, slice: withinPicture({ ...s.slice, [key]: value }) })))),
      ...EDGES.map((edge) => h('div', { class: 'geometry-row' }, h('span', {}, `Blend ${edge}`),
        this.#number('width', 0, 1, (s) => s.blend[edge].width, (s, width) => ({ ...s, blend: { ...s.blend, [edge]: { ...s.blend[edge], width } } })),
        this.#number('gamma', 0.5, 4, (s) => s.blend[edge].gamma, (s, gamma) => ({ ...s, blend: { ...s.blend, [edge]: { ...s.blend[edge], gamma } } })))),
      h('div', { class: 'geometry-row' }, h('span', {}, 'Masks'), h('button', { onclick: () => this.#change({ ...this.#settings, masks: [...this.#settings.masks, NEW_MASK] }) }, 'Add'), h('button', { onclick: () => this.#change({ ...this.#settings, masks: this.#settings.masks.slice(0, -1) }) }, 'Remove last')),
      h('div', { class: 'geometry-row' }, h('button', { onclick: () => this.#change(PLAIN_OUTPUT) }, 'Reset all')),
      h('p', {}, 'Drag the points, or arrow keys: 1 px, with Shift 10. Tab: the next point.'));
  }

  show(settings: OutputSettings): void {
    this.#settings = settings;
    for (const refresh of this.#refresh) refresh();
  }

  #choice<T extends string | number>(label: string, values: readonly T[], get: (s: OutputSettings) => T, set: (s: OutputSettings, value: T) => OutputSettings): HTMLElement {
    const buttons = values.map((value) => h('button', { onclick: () => this.#change(set(this.#settings, value)) }, label === 'Mesh' && value === 2 ? 'none' : String(value)));
    this.#refresh.push(() => buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(values[i] === get(this.#settings)))));
    return h('div', { class: 'geometry-row' }, h('span', {}, label), ...buttons);
  }

  #toggle(label: string, get: (s: OutputSettings) => boolean, set: (s: OutputSettings, value: boolean) => OutputSettings): HTMLElement {
    const button = h('button', { onclick: () => this.#change(set(this.#settings, !get(this.#settings))) }, label);
    this.#refresh.push(() => button.setAttribute('aria-pressed', String(get(this.#settings))));
    return button;
  }

  #number(label: string, min: number, max: number, get: (s: OutputSettings) => number, set: (s: OutputSettings, value: number) => OutputSettings): HTMLElement {
    const input = h('input', { type: 'number', min: String(min), max: String(max), step: '0.01', title: label, 'aria-label': label });
    input.addEventListener('change', () => {
      const value = Number(input.value);
      if (Number.isFinite(value)) this.#change(set(this.#settings, Math.min(max, Math.max(min, value))));
    });
    this.#refresh.push(() => {
      if (document.activeElement !== input) input.value = String(Math.round(get(this.#settings) * 1000) / 1000);
    });
    return h('label', {}, label, input);
  }
}

function withinPicture({ x, y, width, height }: OutputSettings['slice']): OutputSettings['slice'] {
  const [w, t] = [Math.max(0.02, Math.min(1, width)), Math.max(0.02, Math.min(1, height))];
  return { x: Math.min(x, 1 - w), y: Math.min(y, 1 - t), width: w, height: t };
}

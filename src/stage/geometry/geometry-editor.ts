/**
 * Corner pin, mesh, masks, slice and blend of this output, by hand over the picture itself: W opens it. Points are dragged,
 * or moved by arrow keys (1 px, with Shift 10); Tab goes to the next. Every change is shown at once and saved by name.
 */

import { PLAIN_OUTPUT, type OutputSettings, type Point } from '../../protocol/output-settings.ts';
import { h } from '../page/dom.ts';
import { editPointsOf, movePoint } from './edit-points.ts';
import { GeometrySheet } from './geometry-sheet.ts';
import type { TestCard } from './test-cards.ts';

const SAVE_AFTER_MS = 250;
const ARROWS: Readonly<Record<string, Point>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };
const BIG_STEP = 10;

export class GeometryEditor {
  #settings: OutputSettings = PLAIN_OUTPUT;
  #selected = 0;
  #saving: ReturnType<typeof setTimeout> | undefined;
  readonly #show: (settings: OutputSettings) => void;
  readonly #save: (settings: OutputSettings) => void;
  readonly #setCard: (card: TestCard) => void;
  readonly #points = h('div', { class: 'geometry-points' });
  readonly #sheet: GeometrySheet;
  readonly #element: HTMLElement;

  constructor(name: string, show: (settings: OutputSettings) => void, save: (settings: OutputSettings) => void, setCard: (card: TestCard) => void) {
    this.#show = show;
    this.#save = save;
    this.#setCard = setCard;
    this.#sheet = new GeometrySheet(name, (settings) => this.#change(settings), setCard, () => this.toggle(false));
    this.#element = h('div', { class: 'geometry' }, this.#points, this.#sheet.element);
    window.addEventListener('keydown', (event) => this.#key(event), true);
    window.addEventListener('resize', () => this.isOpen && this.#paint());
  }

  get isOpen(): boolean {
    return this.#element.isConnected;
  }

  /** What the server keeps. */
  setSettings(settings: OutputSettings): void {
    this.#settings = settings;
    if (this.isOpen) this.#paint();
  }

  toggle(open = !this.isOpen): void {
    // A page that is captured holds nothing but its picture.
    if (open) document.body.append(this.#element);
    else this.#element.remove();
    document.body.classList.toggle('sheet-open', open);
    if (!open) return this.#setCard('off');
    this.#paint();
  }

  #change(settings: OutputSettings): void {
    this.#settings = settings;
    this.#show(settings);
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(this.#settings), SAVE_AFTER_MS);
    this.#paint();
  }

  /** The page's own keys rest while points are moved. */
  #key(event: KeyboardEvent): void {
    const isTyping = event.target instanceof Element && event.target.closest('input, select, textarea') !== null;
    if (event.ctrlKey || event.metaKey || event.altKey || (isTyping && event.key !== 'Escape')) return;
    if (event.key.toLowerCase() === 'w') this.#take(event, () => this.toggle());
    else if (!this.isOpen) return;
    else if (event.key === 'Escape') this.#take(event, () => this.toggle(false));
    else if (event.key === 'Tab') this.#take(event, () => this.#select(this.#selected + (event.shiftKey ? -1 : 1)));
    else if (ARROWS[event.key] !== undefined) this.#take(event, () => this.#nudge(ARROWS[event.key] as Point, event.shiftKey ? BIG_STEP : 1));
  }

  #take(event: KeyboardEvent, act: () => void): void {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  #select(index: number): void {
    const { length } = editPointsOf(this.#settings);
    this.#selected = (index + length) % length;
    this.#paint();
  }

  #nudge(by: Point, pixels: number): void {
    const point = editPointsOf(this.#settings)[this.#selected];
    if (point !== undefined) this.#change(movePoint(this.#settings, point, { x: point.at.x + (by.x * pixels) / innerWidth, y: point.at.y + (by.y * pixels) / innerHeight }));
  }

  #paint(): void {
    const points = editPointsOf(this.#settings);
    this.#selected = Math.min(this.#selected, points.length - 1);
    this.#points.replaceChildren(...points.map((point, index) => {
      const handle = h('button', { class: `geometry-point ${point.kind}${index === this.#selected ? ' selected' : ''}`, 'aria-label': `${point.kind} ${point.index + 1}`, tabIndex: -1 });
      // Corners at the very edge of the screen stay within reach.
      handle.style.left = `clamp(13px, ${point.at.x * 100}%, calc(100% - 13px))`;
      handle.style.top = `clamp(13px, ${point.at.y * 100}%, calc(100% - 13px))`;
      handle.addEventListener('pointerdown', (event) => this.#drag(event, index));
      return handle;
    }));
    this.#sheet.show(this.#settings);
  }

  #drag(event: PointerEvent, index: number): void {
    event.preventDefault();
    this.#selected = index;
    const point = editPointsOf(this.#settings)[index];
    if (point === undefined) return;
    const from = { x: event.clientX, y: event.clientY };
    const move = (moved: PointerEvent): void => this.#change(movePoint(this.#settings, point, { x: point.at.x + (moved.clientX - from.x) / innerWidth, y: point.at.y + (moved.clientY - from.y) / innerHeight }));
    const end = (): void => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', end);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end);
    this.#paint();
  }
}

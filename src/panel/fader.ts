/** A fader for fingers and mice: drag anywhere on it, double-click for the default, arrow keys for small steps. */

import { clamp } from '../base/math.ts';
import type { Parameter } from '../score/parameters.ts';
import { h } from '../stage/dom.ts';
import type { Board } from './board.ts';

export interface FaderOptions {
  readonly upright: boolean;
  /** Shown instead of the parameter's label. */
  readonly label?: string;
}

/** With shift held a drag moves a tenth as far. */
const FINE = 0.1;

export function createFader(parameter: Parameter, board: Board, { upright, label = parameter.label }: FaderOptions): HTMLElement {
  const fill = h('i', { class: 'fader-fill' });
  const knob = h('i', { class: 'fader-knob' });
  const number = h('output', { class: 'fader-value' });
  const track = h('div', { class: 'fader-track', tabIndex: 0, role: 'slider', 'aria-label': label, 'aria-valuemin': parameter.min, 'aria-valuemax': parameter.max, 'aria-orientation': upright ? 'vertical' : 'horizontal' }, fill, knob);
  const element = h('div', { class: `fader ${upright ? 'upright' : 'level'}`, title: `${parameter.help}\n${parameter.path}`, 'data-path': parameter.path }, h('span', { class: 'fader-label' }, label), track, number);
  const rest = place(parameter, Number(parameter.default));
  board.watch(parameter.path, (value) => {
    const at = place(parameter, Number(value));
    element.style.setProperty('--at', String(at));
    element.style.setProperty('--from', String(parameter.min < 0 ? Math.min(at, rest) : 0));
    element.style.setProperty('--to', String(parameter.min < 0 ? Math.max(at, rest) : at));
    element.classList.toggle('at-rest', Math.abs(at - rest) < 1e-4);
    number.textContent = valueText(parameter, Number(value));
    track.setAttribute('aria-valuenow', String(value));
  });
  element.style.setProperty('--rest', String(rest));
  listen(track, parameter, board, upright);
  track.addEventListener('dblclick', () => board.set(parameter.path, Number(parameter.default)));
  return element;
}

function listen(track: HTMLElement, parameter: Parameter, board: Board, upright: boolean): void {
  let start: { readonly pointer: number; readonly at: number } | null = null;
  const along = (event: PointerEvent): number => {
    const box = track.getBoundingClientRect();
    return upright ? (box.bottom - event.clientY) / box.height : (event.clientX - box.left) / box.width;
  };
  const set = (at: number): void => board.set(parameter.path, valueAt(parameter, clamp(at, 0, 1)));
  track.addEventListener('pointerdown', (event) => {
    track.setPointerCapture(event.pointerId);
    board.hold(parameter.path);
    start = { pointer: along(event), at: place(parameter, Number(board.get(parameter.path) ?? parameter.default)) };
  });
  track.addEventListener('pointermove', (event) => {
    // The knob keeps its distance from the finger: a touch alone never jumps the value.
    if (start !== null) set(start.at + (along(event) - start.pointer) * (event.shiftKey ? FINE : 1));
  });
  const end = (): void => {
    start = null;
    board.release(parameter.path);
  };
  track.addEventListener('pointerup', end);
  track.addEventListener('pointercancel', end);
  track.addEventListener('keydown', (event) => {
    const steps: Record<string, number> = { ArrowUp: 0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowLeft: -0.02, PageUp: 0.1, PageDown: -0.1 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(place(parameter, Number(board.get(parameter.path) ?? parameter.default)) + step);
  });
}

/** Value → 0..1 along the fader. */
function place({ min, max }: Parameter, value: number): number {
  return clamp((value - min) / (max - min), 0, 1);
}

function valueAt({ min, max }: Parameter, at: number): number {
  return Math.round((min + (max - min) * at) * 1e4) / 1e4;
}

/** 0.5 → '50 %', 1.25 → '1.25', 0.1 turns → '36°'. */
export function valueText(parameter: Pick<Parameter, 'unit' | 'min' | 'max'>, value: number): string {
  if (parameter.unit === 'turns') return `${Math.round(value * 360)}°`;
  if (parameter.unit !== '') return `${Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${parameter.unit}`;
  if (parameter.min === 0 && parameter.max === 1) return `${Math.round(value * 100)} %`;
  return value.toFixed(2);
}

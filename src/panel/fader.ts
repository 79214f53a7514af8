/**
 * A fader for fingers and mice. Drag anywhere on it (a touch alone never jumps the value); the farther the finger leaves
 * the track sideways, or with shift, the finer it moves. Two taps: the default. A tap on the number: type it. Keys: arrows,
 * with shift a tenth, page keys, Home and End, Delete for the default.
 */

import { clamp } from '../base/math.ts';
import type { Parameter } from '../score/parameters.ts';
import { h } from '../stage/page/dom.ts';
import type { Board } from './board.ts';
import { setAttribute, setText } from './tile-list.ts';
import { parseValue, valueText } from './value-text.ts';

export interface FaderOptions {
  readonly upright: boolean;
  /** Shown instead of the parameter's label. */
  readonly label?: string;
}

/** With shift held, or a finger far beside the track, a drag moves a tenth as far. */
const FINEST = 0.1;
/** Beside the track by less than this (px) a drag is coarse; twice this further out it is finest. */
const COARSE_WITHIN = 70;
/** Two taps within this are one double tap. */
const DOUBLE_TAP_MS = 350;
/** A press that moves less is a tap (px). */
const TAP_SLOP = 5;

export function createFader(parameter: Parameter, board: Board, { upright, label = parameter.label }: FaderOptions): HTMLElement {
  const fill = h('i', { class: 'fader-fill' });
  const knob = h('i', { class: 'fader-knob' });
  const track = h('div', { class: 'fader-track', tabIndex: 0, role: 'slider', 'aria-label': label, 'aria-valuemin': parameter.min, 'aria-valuemax': parameter.max, 'aria-orientation': upright ? 'vertical' : 'horizontal' }, h('i', { class: 'fader-slot' }), fill, knob);
  const number = createNumber(parameter, board, label);
  const element = h('div', { class: `fader ${upright ? 'upright' : 'level'}`, title: `${parameter.help}\n${parameter.path}`, 'data-path': parameter.path }, h('span', { class: 'fader-label' }, label), track, number);
  const rest = place(parameter, Number(parameter.default));
  element.style.setProperty('--rest', String(rest));
  board.watch(parameter.path, (value) => {
    const at = place(parameter, Number(value));
    element.style.setProperty('--at', at.toFixed(4));
    element.style.setProperty('--from', (parameter.min < 0 ? Math.min(at, rest) : 0).toFixed(4));
    element.style.setProperty('--to', (parameter.min < 0 ? Math.max(at, rest) : at).toFixed(4));
    element.classList.toggle('at-rest', Math.abs(at - rest) < 1e-4);
    setText(number, valueText(parameter, Number(value)));
    setAttribute(track, 'aria-valuenow', String(value));
    setAttribute(track, 'aria-valuetext', valueText(parameter, Number(value)));
  });
  listenToDrags(track, parameter, board, upright);
  listenToKeys(track, parameter, board, number);
  return element;
}

function listenToDrags(track: HTMLElement, parameter: Parameter, board: Board, upright: boolean): void {
  let last: { readonly along: number; readonly at: number } | null = null;
  let travelled = 0;
  let tappedAt = -Infinity;
  track.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    track.setPointerCapture(event.pointerId);
    board.hold(parameter.path);
    travelled = 0;
    last = { along: upright ? -event.clientY : event.clientX, at: placeNow(parameter, board) };
  });
  track.addEventListener('pointermove', (event) => {
    if (last === null) return;
    const box = track.getBoundingClientRect();
    const along = upright ? -event.clientY : event.clientX;
    const fineness = finenessOf(event, box, upright);
    travelled += Math.abs(along - last.along);
    if (travelled <= TAP_SLOP) return;
    track.classList.toggle('fine', fineness < 1);
    last = { along, at: last.at + ((along - last.along) / (upright ? box.height : box.width)) * fineness };
    board.set(parameter.path, valueAt(parameter, clamp(last.at, 0, 1)));
  });
  const end = (event: PointerEvent): void => {
    if (last === null) return;
    last = null;
    track.classList.remove('fine');
    board.release(parameter.path);
    if (event.type !== 'pointerup' || travelled > TAP_SLOP) return;
    if (event.timeStamp - tappedAt < DOUBLE_TAP_MS) board.set(parameter.path, Number(parameter.default));
    tappedAt = event.timeStamp;
  };
  track.addEventListener('pointerup', end);
  track.addEventListener('pointercancel', end);
}

/** 1 on the track, down to a tenth far beside it. */
function finenessOf(event: PointerEvent, box: DOMRect, upright: boolean): number {
  if (event.shiftKey) return FINEST;
  const beside = upright ? Math.max(box.left - event.clientX, event.clientX - box.right, 0) : Math.max(box.top - event.clientY, event.clientY - box.bottom, 0);
  return clamp(1 - (beside - COARSE_WITHIN) / (2 * COARSE_WITHIN), FINEST, 1);
}

function listenToKeys(track: HTMLElement, parameter: Parameter, board: Board, number: HTMLElement): void {
  const steps: Record<string, number> = { ArrowUp: 0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowLeft: -0.02, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };
  track.addEventListener('keydown', (event) => {
    const step = steps[event.key];
    if (step !== undefined) board.set(parameter.path, valueAt(parameter, clamp(placeNow(parameter, board) + step * (event.shiftKey ? FINEST : 1), 0, 1)));
    else if (event.key === 'Delete' || event.key === 'Backspace') board.set(parameter.path, Number(parameter.default));
    else if (event.key === 'Enter') number.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** The number under a fader; a tap makes it a field. */
function createNumber(parameter: Parameter, board: Board, label: string): HTMLElement {
  const number = h('button', { class: 'fader-value', 'aria-label': `${label}: type a value`, title: 'Tap to type a value' });
  number.addEventListener('click', () => {
    const field = h('input', { class: 'fader-field', type: 'text', inputMode: 'decimal', value: valueText(parameter, Number(board.get(parameter.path) ?? parameter.default)), 'aria-label': label });
    const close = (take: boolean): void => {
      const value = take ? parseValue(parameter, field.value) : null;
      field.replaceWith(number);
      if (value !== null) board.set(parameter.path, value);
    };
    field.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter') field.blur();
      if (event.key === 'Escape') {
        field.value = '';
        field.blur();
      }
    });
    field.addEventListener('blur', () => close(true), { once: true });
    number.replaceWith(field);
    field.select();
  });
  return number;
}

function placeNow(parameter: Parameter, board: Board): number {
  return place(parameter, Number(board.get(parameter.path) ?? parameter.default));
}

/** Value → 0..1 along the fader. */
function place({ min, max }: Parameter, value: number): number {
  return clamp((value - min) / (max - min), 0, 1);
}

function valueAt({ min, max }: Parameter, at: number): number {
  return Math.round((min + (max - min) * at) * 1e4) / 1e4;
}

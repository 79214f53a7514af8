/** Drawing helpers of the analysis page: SVG pieces as text, the scale of time, the colours. Pure. */

import type { Seconds } from '../../base/units.ts';

export const WIDTH = 1800;
export const LEFT = 118;
export const RIGHT = 32;
export const PLOT = WIDTH - LEFT - RIGHT;

export const INK = { ground: '#0b0d13', panel: '#11141d', line: '#232938', dim: '#6f7a92', text: '#c9d2e3', bright: '#f4f6fb', drop: '#ff3f7f', build: '#ffb347', silence: '#3a4258', tempo: '#7ee787' } as const;

export interface Page {
  readonly duration: Seconds;
  /** Pixel of a time. */
  x(time: Seconds): number;
}

export function pageOf(duration: Seconds): Page {
  const scale = PLOT / Math.max(duration, 1e-6);
  return { duration, x: (time) => LEFT + time * scale };
}

/** One strip of the page: its SVG, drawn from y = 0 down, and how tall it is. */
export interface Lane {
  readonly height: number;
  readonly svg: string;
}

export const round = (value: number): string => (Math.round(value * 10) / 10).toString();

export function text(words: string, x: number, y: number, { colour = INK.dim as string, size = 13, anchor = 'start', weight = 400 } = {}): string {
  return `<text x="${round(x)}" y="${round(y)}" fill="${colour}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
}

export function rect(x: number, y: number, width: number, height: number, colour: string, opacity = 1, radius = 0): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0.3, width))}" height="${round(height)}" fill="${colour}"${opacity < 1 ? ` opacity="${opacity}"` : ''}${radius > 0 ? ` rx="${radius}"` : ''}/>`;
}

/** The name of a lane, left of it. */
export function caption(words: string, y: number, colour: string = INK.dim): string {
  return text(words, LEFT - 14, y, { colour, anchor: 'end', size: 12.5 });
}

/** Hue (degrees) of a section letter: neighbours in the alphabet lie far apart on the wheel. */
export function hueOfLabel(label: string): number {
  const index = label.charCodeAt(0) - 65 + 26 * Number(label.slice(1) || 0);
  return (205 + index * 137.5) % 360;
}

function escapeXml(words: string): string {
  // Control characters have no place in XML at all.
  // oxlint-disable-next-line no-control-regex
  return words.replaceAll(/[\u0000-\u001f]/g, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The largest value under each of `columns` equal parts of a curve, so that no peak is lost. */
export function peaksOf(curve: ArrayLike<number>, columns: number): Float32Array {
  return Float32Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column / columns) * curve.length);
    const to = Math.max(from + 1, Math.floor(((column + 1) / columns) * curve.length));
    let peak = 0;
    for (let i = from; i < to && i < curve.length; i++) peak = Math.max(peak, curve[i] as number);
    return peak;
  });
}

/** The mean under each column. */
export function meansOf(curve: ArrayLike<number>, columns: number): Float32Array {
  return Float32Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column / columns) * curve.length);
    const to = Math.min(curve.length, Math.max(from + 1, Math.floor(((column + 1) / columns) * curve.length)));
    let sum = 0;
    for (let i = from; i < to; i++) sum += curve[i] as number;
    return to > from ? sum / (to - from) : 0;
  });
}

/** A filled shape from `bottom` up, one height (px) per `step` px. */
export function area(heights: ArrayLike<number>, bottom: number, step: number, colour: string, opacity: number): string {
  const points = Array.from(heights, (height, i) => `${round(LEFT + i * step)},${round(bottom - height)}`);
  return `<polygon points="${LEFT},${bottom} ${points.join(' ')} ${round(LEFT + (heights.length - 1) * step)},${bottom}" fill="${colour}" opacity="${opacity}"/>`;
}

export function polyline(points: readonly (readonly [number, number])[], colour: string, width: number, opacity = 1): string {
  return `<polyline points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round" opacity="${opacity}"/>`;
}

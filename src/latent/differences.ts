/** How even a walk is: difference between neighbours per frame, its spread, a table and a plot, with and without sizing. */

import { mean } from '../base/math.ts';

/** Spread of per-frame differences. */
export interface Evenness {
  /** Mean difference (the unit of what was measured). */
  readonly mean: number;
  /** Standard deviation over mean. */
  readonly variation: number;
  readonly maxOverMean: number;
}

export function evennessOf(differences: readonly number[]): Evenness {
  const average = mean(differences);
  if (average === 0) return { mean: 0, variation: 0, maxOverMean: 0 };
  const spread = Math.sqrt(mean(differences.map((one) => (one - average) ** 2)));
  return { mean: average, variation: spread / average, maxOverMean: Math.max(...differences) / average };
}

/** A text table of both walks: one line a frame, in 1/255, and the spread below. */
export function describeDifferences(sized: readonly number[], uniform: readonly number[]): string {
  const cell = (value: number | undefined): string => (value === undefined ? '' : (value * 255).toFixed(2)).padStart(9);
  const rows = Array.from({ length: Math.max(sized.length, uniform.length) }, (_, i) => `${String(i + 1).padStart(5)} ${cell(sized[i])} ${cell(uniform[i])}`);
  const spread = (name: string, values: readonly number[]): string => {
    const { mean: average, variation, maxOverMean } = evennessOf(values);
    return `${name}: mean ${(average * 255).toFixed(2)}/255, variation ${variation.toFixed(2)}, max/mean ${maxOverMean.toFixed(2)}`;
  };
  return ['frame     sized   uniform   (difference to the frame before, of 255)', ...rows, spread('sized', sized), spread('uniform', uniform)].join('\n');
}

const PLOT = { width: 960, height: 320, left: 56, right: 16, top: 36, bottom: 32 };

/** The same as an SVG picture. */
export function plotDifferences(sized: readonly number[], uniform: readonly number[]): string {
  const top = Math.max(1e-9, ...sized, ...uniform) * 1.08;
  const count = Math.max(sized.length, uniform.length, 2);
  const x = (i: number): number => PLOT.left + (i / (count - 1)) * (PLOT.width - PLOT.left - PLOT.right);
  const y = (value: number): number => PLOT.height - PLOT.bottom - (value / top) * (PLOT.height - PLOT.top - PLOT.bottom);
  const line = (values: readonly number[], colour: string, width: number): string =>
    `<polyline fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round" points="${values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}"/>`;
  const label = (px: number, py: number, text: string, colour = '#8a8fa3', anchor = 'start'): string =>
    `<text x="${px}" y="${py}" fill="${colour}" font-family="sans-serif" font-size="13" text-anchor="${anchor}">${text}</text>`;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const level = y(top * share).toFixed(1);
    return `<line x1="${PLOT.left}" x2="${PLOT.width - PLOT.right}" y1="${level}" y2="${level}" stroke="#262a38"/>${label(PLOT.left - 8, Number(level) + 4, (top * share * 255).toFixed(1), '#8a8fa3', 'end')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${PLOT.width}" height="${PLOT.height}"><rect width="100%" height="100%" fill="#0d0f16"/>${grid.join('')}`
    + `${line(uniform, '#5b6078', 1.5)}${line(sized, '#ff8a3d', 2.5)}`
    + `${label(PLOT.left, 22, 'visible change per frame (of 255)')}${label(PLOT.width - 220, 22, 'sized', '#ff8a3d')}${label(PLOT.width - 150, 22, 'uniform', '#8a8fa3')}`
    + `${label(PLOT.left, PLOT.height - 10, 'frame 1')}${label(PLOT.width - PLOT.right, PLOT.height - 10, `frame ${count}`, '#8a8fa3', 'end')}</svg>`;
}

/** The upper lanes of the analysis page: sections, the waveform coloured by band, bars and beats. */

import { quantile } from '../../base/math.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { area, caption, hueOfLabel, INK, type Lane, meansOf, type Page, peaksOf, PLOT, polyline, rect, round, text } from './canvas.ts';

const SECTION_HEIGHT = 34;
const WAVE_HALF = 92;
const STEP = 1.5;

/** Letters and kinds; the same letter has the same colour. */
export function sectionLane({ sections }: Timeline, page: Page): Lane {
  const svg = sections.map(({ start, end, label, kind, energy }) => {
    const [left, width] = [page.x(start) + 1, page.x(end) - page.x(start) - 2];
    const hue = hueOfLabel(label);
    const words = width > 92 ? `${label}  ${kind}` : width > 15 ? label : '';
    return rect(left, 0, width, SECTION_HEIGHT - 8, `hsl(${round(hue)},62%,${round(26 + 24 * energy)}%)`, 1, 4) + text(words, left + 8, 18, { colour: INK.bright, size: 14, weight: 600 });
  });
  return { height: SECTION_HEIGHT, svg: svg.join('') + caption('sections', 18) };
}

/** Mirrored bands: low behind, mid before it, high in front, inside the outline of the peaks. */
export function waveLane({ detail, curves }: Timeline): Lane {
  const columns = Math.floor(PLOT / STEP);
  const middle = WAVE_HALF + 4;
  if (detail === undefined) {
    const heights = meansOf(curves.energy, columns).map((value) => 6 + WAVE_HALF * 0.9 * value);
    return { height: 2 * middle, svg: mirrored(heights, middle, '#5b7cfa', 0.9) + caption('energy', middle + 4) };
  }
  const { overview } = detail;
  const loudest = Math.max(1e-4, quantile(overview.peak, 0.995));
  const heightsOf = (values: Float32Array, gain: number): Float32Array => peaksOf(values, columns).map((value) => WAVE_HALF * Math.min(1, (gain * value) / loudest) ** 0.8);
  const svg = [
    mirrored(heightsOf(overview.peak, 1), middle, '#39415c', 0.75),
    mirrored(heightsOf(overview.low, 1.15), middle, '#ff4f5e', 0.95),
    mirrored(heightsOf(overview.mid, 1.15), middle, '#ffb454', 0.92),
    mirrored(heightsOf(overview.high, 1.6), middle, '#8be9ff', 0.95),
  ];
  const legend = [['low', '#ff4f5e', -22], ['mid', '#ffb454', 0], ['high', '#8be9ff', 22]].map(([words, colour, dy]) => caption(words as string, middle + 4 + (dy as number), colour as string));
  return { height: 2 * middle, svg: svg.join('') + legend.join('') };
}

function mirrored(heights: Float32Array, middle: number, colour: string, opacity: number): string {
  const below = heights.map((height) => -height);
  return area(heights, middle, STEP, colour, opacity) + area(below, middle, STEP, colour, opacity);
}

/** Downbeats as tall ticks with bar numbers; single beats where they do not run together. */
export function beatLane({ grid }: Timeline, page: Page): Lane {
  const { beats, positions } = grid;
  const spacing = PLOT / Math.max(1, beats.length);
  const bars = Array.from(beats).filter((_, i) => positions[i] === 1);
  const every = [1, 2, 4, 8, 16, 32, 64, 128].find((count) => (PLOT / Math.max(1, bars.length)) * count > 46) ?? 256;
  const ticks = Array.from(beats, (time, i) => {
    const isDownbeat = positions[i] === 1;
    if (!isDownbeat && spacing < 4) return '';
    if (isDownbeat && spacing * grid.metre < 2.2) return '';
    return rect(page.x(time) - 0.5, isDownbeat ? 2 : 10, isDownbeat ? 1.3 : 0.8, isDownbeat ? 18 : 10, isDownbeat ? INK.bright : INK.dim, isDownbeat ? 0.9 : 0.7);
  });
  const numbers = bars.flatMap((time, i) => (i % every === 0 ? [text(String(i + 1), page.x(time) + 3, 34, { size: 11 })] : []));
  return { height: 42, svg: ticks.join('') + numbers.join('') + caption(beats.length < 2 ? 'no beat found' : 'bars', 18) };
}

/** The tempo from beat to beat, with its usual value and range. */
export function tempoLane({ grid }: Timeline, page: Page): Lane {
  const { beats, tempo } = grid;
  if (beats.length < 2) return { height: 0, svg: '' };
  const [least, usual, most] = [quantile(tempo, 0.01), quantile(tempo, 0.5), quantile(tempo, 0.99)];
  const [low, high] = [Math.min(least, usual - 4) - 1, Math.max(most, usual + 4) + 1];
  const y = (bpm: number): number => 58 - (52 * (Math.min(high, Math.max(low, bpm)) - low)) / (high - low);
  const line = polyline(Array.from(beats, (time, i) => [page.x(time), y(tempo[i] as number)] as const), INK.tempo, 1.8);
  const guide = rect(page.x(0), y(usual), PLOT, 0.8, INK.line);
  const ends = most - least > 2 ? text(`${least.toFixed(0)}–${most.toFixed(0)}`, page.x(page.duration), 12, { anchor: 'end', size: 11 }) : '';
  return { height: 68, svg: guide + line + ends + caption(`${usual.toFixed(1)} BPM`, y(usual) + 4, INK.tempo) };
}

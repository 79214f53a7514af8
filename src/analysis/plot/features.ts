/** The lower lanes of the analysis page: hits with their onsets, chroma, slow features, stems and lyrics. */

import sharp from 'sharp';
import { type CurveName, ONSET_HIGH, ONSET_LOW, ONSET_MID, type Timeline } from '../../timeline/timeline.ts';
import { area, caption, INK, type Lane, LEFT, meansOf, type Page, peaksOf, PLOT, rect, text } from './canvas.ts';

const STEP = 1.5;
const COLUMNS = Math.floor(PLOT / STEP);

const HITS = [
  { name: 'kick', colour: '#ff6f61', bit: ONSET_LOW },
  { name: 'snare', colour: '#ffd166', bit: ONSET_MID },
  { name: 'hats', colour: '#7fdbff', bit: ONSET_HIGH },
] as const;

/** A lane each for kick, snare and hats; below it the onsets of its band as ticks, the clear ones brighter. */
export function hitLanes({ curves, onsets, detail }: Timeline, page: Page): Lane {
  const height = 50;
  const lanes = HITS.map(({ name, colour, bit }, lane) => {
    const bottom = lane * height + 36;
    const ticks = onsets.length * 1.2 > 4 * PLOT ? [] : Array.from(onsets, (time, i) => (detail !== undefined && ((detail.onsetKinds[i] as number) & bit) !== 0 ? rect(page.x(time), bottom + 3, 0.8, 5, colour, 0.25 + 0.6 * (detail.onsetStrengths[i] as number)) : ''));
    return area(peaksOf(curves[name], COLUMNS).map((value) => 34 * value), bottom, STEP, colour, 0.9) + ticks.join('') + caption(name, bottom - 8, colour);
  });
  return { height: HITS.length * height + 4, svg: lanes.join('') };
}

const SLOW: readonly { readonly name: CurveName; readonly colour: string }[] = [
  { name: 'energy', colour: '#b388ff' },
  { name: 'lufs', colour: '#9fb4d9' },
  { name: 'autolevel', colour: '#6fa8ff' },
  { name: 'percussive', colour: '#ff8a65' },
  { name: 'harmonic', colour: '#4dd0a5' },
  { name: 'bass', colour: '#e8596e' },
  { name: 'voice', colour: '#f2a6d0' },
  { name: 'brightness', colour: '#ffe08a' },
  { name: 'roughness', colour: '#c98b6b' },
];

/** The slow features as low hills, one under the other. */
export function slowLanes({ curves }: Timeline): Lane {
  const height = 27;
  const svg = SLOW.map(({ name, colour }, lane) => {
    const bottom = lane * height + 23;
    // The absolute loudness is drawn from -36 LUFS up: below that little happens.
    const shown = name === 'lufs' ? (value: number): number => 21 * Math.max(0, (value - 0.4) / 0.6) : (value: number): number => 21 * value;
    return rect(LEFT, bottom, PLOT, 0.7, INK.line) + area(meansOf(curves[name], COLUMNS).map(shown), bottom, STEP, colour, 0.8) + caption(name, bottom - 5, colour);
  });
  return { height: SLOW.length * height + 4, svg: svg.join('') };
}

const NOTES = ['C', '', 'D', '', 'E', 'F', '', 'G', '', 'A', '', 'B'];

/** The twelve pitch classes over time as a picture, C at the bottom, with the changes of harmony above. */
export async function chromaLane({ detail, curves }: Timeline): Promise<Lane> {
  if (detail === undefined || detail.chroma.length === 0) return { height: 0, svg: '' };
  const [width, row] = [Math.min(1200, detail.chroma.length / 12), 9];
  const png = await sharp(paintChroma(detail.chroma, width), { raw: { width, height: 12, channels: 3 } }).png().toBuffer();
  const image = `<image x="${LEFT}" y="22" width="${PLOT}" height="${12 * row}" preserveAspectRatio="none" image-rendering="optimizeSpeed" href="data:image/png;base64,${png.toString('base64')}"/>`;
  const names = NOTES.map((note, pitch) => (note === '' ? '' : caption(note, 22 + (12 - pitch) * row - 1)));
  const changes = area(peaksOf(curves.chord, COLUMNS).map((value) => 18 * value), 20, STEP, '#f2f4f8', 0.75);
  return { height: 12 * row + 32, svg: changes + image + names.join('') + caption('chords', 14) };
}

/** Rows of chroma to RGB, 12 high: hue by pitch class along the circle of fifths, light by strength. */
function paintChroma(chroma: Float32Array, width: number): Buffer {
  const rows = chroma.length / 12;
  const pixels = Buffer.alloc(width * 12 * 3);
  for (let x = 0; x < width; x++) {
    for (let pitch = 0; pitch < 12; pitch++) {
      const [from, to] = [Math.floor((x / width) * rows), Math.max(Math.floor((x / width) * rows) + 1, Math.floor(((x + 1) / width) * rows))];
      let sum = 0;
      for (let i = from; i < to; i++) sum += chroma[12 * i + pitch] as number;
      const strength = (sum / (to - from)) ** 2;
      const colour = colourOf((((pitch * 7) % 12) / 12) * 360, strength);
      pixels.set(colour, 3 * ((11 - pitch) * width + x));
    }
  }
  return pixels;
}

/** From the page's ground at 0 to a light tint of the hue at 1. */
function colourOf(hue: number, strength: number): number[] {
  return [0, 120, 240].map((turn) => {
    const tint = 0.55 + 0.45 * Math.cos(((hue - turn) * Math.PI) / 180);
    return Math.round(14 + (235 * (0.25 + 0.75 * tint) - 14) * strength);
  });
}

/** A level lane for each stem, and the lyrics where they fit. */
export function partLanes({ stems = [], lines = [] }: Timeline, page: Page): Lane {
  const parts = stems.map(({ name, curves }, lane) => {
    const bottom = lane * 36 + 30;
    return area(peaksOf(curves.level, COLUMNS).map((value) => 28 * value), bottom, STEP, '#53617f', 0.9) + area(peaksOf(curves.onset, COLUMNS).map((value) => 18 * value), bottom, STEP, '#d5def2', 0.6) + caption(name, bottom - 6);
  });
  const top = stems.length * 36;
  let free = 0;
  const words = lines.map(({ start, text: line }) => {
    const x = page.x(start);
    const fits = x >= free;
    if (fits) free = x + 7 * Math.min(line.length, 28) + 10;
    return rect(x, top + 4, 1, fits ? 18 : 6, '#f2a6d0') + (fits ? text(line.length > 28 ? `${line.slice(0, 27)}…` : line, x + 5, top + 18, { colour: '#f2a6d0', size: 12 }) : '');
  });
  return { height: top + (lines.length > 0 ? 30 : 0), svg: parts.join('') + words.join('') + (lines.length > 0 ? caption('lines', top + 18, '#f2a6d0') : '') };
}

/**
 * The timeline as a picture that people like to look at: sections as coloured ground, the song's energy as a mirrored
 * shape, kick, snare and hats as lanes, bars and beats as ticks, the tempo curve, drops and build-ups marked.
 * Drawn as SVG, rasterised by sharp. Where a machine has no fonts the words are missing and the picture still reads.
 */

import sharp from 'sharp';
import { clamp, quantile, sampleCurve } from '../base/math.ts';
import type { CurveName, SectionKind, Timeline } from '../timeline/timeline.ts';

const WIDTH = 1600;
const HEIGHT = 620;
const LEFT = 70;
const RIGHT = 20;
const PLOT = WIDTH - LEFT - RIGHT;

const SECTION_COLOURS: Readonly<Record<SectionKind, string>> = {
  intro: '#4b6cb7',
  verse: '#2aa198',
  build: '#e0a43a',
  drop: '#ff4f81',
  breakdown: '#8e6bd8',
  outro: '#5c7080',
};

/** PNG, 1600 x 620. */
export async function plotTimeline(timeline: Timeline): Promise<Buffer> {
  return sharp(Buffer.from(drawTimeline(timeline))).png().toBuffer();
}

/** The same as SVG text. */
export function drawTimeline(timeline: Timeline): string {
  const x = (time: number): number => LEFT + (time / Math.max(timeline.duration, 1e-6)) * PLOT;
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#0b0c10"/>`,
    drawSections(timeline, x),
    drawEnergy(timeline, x),
    drawLane(timeline, 'kick', 'kick', 330, '#ff7a59'),
    drawLane(timeline, 'snare', 'snare', 385, '#ffd166'),
    drawLane(timeline, 'hats', 'hats', 440, '#9be7ff'),
    drawBeats(timeline, x),
    drawTempo(timeline, x),
    drawEvents(timeline, x),
    drawTimes(timeline, x),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="DejaVu Sans, Arial, sans-serif">${parts.join('')}</svg>`;
}

type Scale = (time: number) => number;

const label = (text: string, x: number, y: number, colour = '#8a93a6', size = 13, anchor = 'start'): string =>
  `<text x="${x.toFixed(1)}" y="${y}" fill="${colour}" font-size="${size}" text-anchor="${anchor}">${text}</text>`;

function drawSections(timeline: Timeline, x: Scale): string {
  return timeline.sections.map(({ start, end, kind, label: letter }) => {
    const colour = SECTION_COLOURS[kind];
    const [left, width] = [x(start), Math.max(1, x(end) - x(start) - 2)];
    const words = width < 60 ? letter : `${letter}  ${kind}`;
    return `<rect x="${left}" y="50" width="${width}" height="440" fill="${colour}" opacity="0.10"/><rect x="${left}" y="50" width="${width}" height="5" fill="${colour}"/>${label(words, left + 6, 42, colour, 15)}`;
  }).join('');
}

/** Mirrored energy, coloured by brightness from dim to bright. */
function drawEnergy(timeline: Timeline, x: Scale): string {
  const middle = 172;
  const columns: string[] = [];
  for (let px = 0; px < PLOT; px += 3) {
    const time = (px / PLOT) * timeline.duration;
    const loud = sampleCurve(timeline.curves.energy, timeline.rate, time);
    const level = sampleCurve(timeline.curves.level, timeline.rate, time);
    const bright = sampleCurve(timeline.curves.brightness, timeline.rate, time);
    const half = 4 + 106 * clamp(0.55 * loud + 0.45 * level, 0, 1);
    const hue = 215 + 130 * clamp(loud, 0, 1);
    columns.push(`<rect x="${(LEFT + px).toFixed(1)}" y="${(middle - half).toFixed(1)}" width="2" height="${(2 * half).toFixed(1)}" rx="1" fill="hsl(${hue.toFixed(0)},75%,${(38 + 28 * bright).toFixed(0)}%)"/>`);
  }
  return columns.join('') + label('energy', 10, middle + 4) + `<line x1="${x(0)}" x2="${x(timeline.duration)}" y1="${middle}" y2="${middle}" stroke="#0b0c10" stroke-opacity="0.5"/>`;
}

/** One curve as filled peaks: the strongest value under each pixel column, so that no hit is lost. */
function drawLane(timeline: Timeline, name: CurveName, words: string, bottom: number, colour: string): string {
  const curve = timeline.curves[name];
  const points: string[] = [`${LEFT},${bottom}`];
  for (let px = 0; px < PLOT; px++) {
    const from = Math.floor((px / PLOT) * curve.length);
    const to = Math.max(from + 1, Math.floor(((px + 1) / PLOT) * curve.length));
    let peak = 0;
    for (let i = from; i < to && i < curve.length; i++) peak = Math.max(peak, curve[i] as number);
    points.push(`${LEFT + px},${(bottom - 42 * peak).toFixed(1)}`);
  }
  points.push(`${LEFT + PLOT},${bottom}`);
  return `<polygon points="${points.join(' ')}" fill="${colour}" opacity="0.85"/>${label(words, 10, bottom - 8)}`;
}

/** Downbeats as tall ticks; single beats only where they do not run together. */
function drawBeats(timeline: Timeline, x: Scale): string {
  const { beats, positions } = timeline.grid;
  const roomy = beats.length === 0 || PLOT / beats.length > 4;
  const ticks = Array.from(beats, (time, i) => {
    const isDownbeat = positions[i] === 1;
    if (!isDownbeat && !roomy) return '';
    return `<line x1="${x(time).toFixed(2)}" x2="${x(time).toFixed(2)}" y1="${isDownbeat ? 452 : 468}" y2="484" stroke="${isDownbeat ? '#f2f4f8' : '#6b7489'}" stroke-width="${isDownbeat ? 1.4 : 0.8}"/>`;
  });
  return ticks.join('') + label('bars', 10, 480);
}

function drawTempo(timeline: Timeline, x: Scale): string {
  const { beats, tempo } = timeline.grid;
  if (beats.length < 2) return label('no steady beat was found', LEFT, 535);
  const [low, high] = [Math.floor(quantile(tempo, 0) - 3), Math.ceil(quantile(tempo, 1) + 3)];
  const y = (bpm: number): number => 570 - (60 * (bpm - low)) / (high - low);
  const line = Array.from(beats, (time, i) => `${x(time).toFixed(1)},${y(tempo[i] as number).toFixed(1)}`).join(' ');
  const middle = quantile(tempo, 0.5);
  return `<polyline points="${line}" fill="none" stroke="#7ee787" stroke-width="1.6"/>${label(`${middle.toFixed(1)} BPM`, 6, y(middle) + 4, '#7ee787', 11)}${label(`${timeline.grid.metre} a bar, confidence ${(100 * timeline.grid.confidence).toFixed(0)} %`, LEFT + PLOT, 508, '#8a93a6', 12, 'end')}`;
}

function drawEvents(timeline: Timeline, x: Scale): string {
  return timeline.events.map(({ kind, start, end }) => {
    if (kind === 'drop') return `<line x1="${x(start)}" x2="${x(start)}" y1="56" y2="490" stroke="#ff4f81" stroke-width="2"/>${label('▼', x(start), 70, '#ff4f81', 16, 'middle')}`;
    const [colour, opacity] = kind === 'build-up' ? ['#e0a43a', 0.9] : ['#56607a', 0.9];
    return `<rect x="${x(start)}" y="${kind === 'build-up' ? 306 : 312}" width="${Math.max(1, x(end) - x(start))}" height="3" fill="${colour}" opacity="${opacity}"/>`;
  }).join('');
}

function drawTimes(timeline: Timeline, x: Scale): string {
  const step = [1, 5, 10, 15, 30, 60, 120, 300, 600, 1200].find((seconds) => timeline.duration / seconds <= 14) ?? 3600;
  const marks: string[] = [];
  for (let time = 0; time <= timeline.duration; time += step) {
    marks.push(label(`${Math.floor(time / 60)}:${String(time % 60).padStart(2, '0')}`, x(time), 604, '#8a93a6', 12, 'middle'));
  }
  return marks.join('');
}

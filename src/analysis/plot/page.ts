/**
 * A Timeline as a page that people like to look at: sections, the waveform coloured by band, bars and beats, the tempo curve,
 * hits and onsets, chroma, slow features, and over all of it build-ups, drops and silences. Drawn as SVG, rasterised by sharp.
 * Where a machine has no fonts the words are missing and the picture still reads.
 */

import sharp from 'sharp';
import type { Timeline } from '../../timeline/timeline.ts';
import { hueOfLabel, INK, type Lane, LEFT, type Page, pageOf, PLOT, rect, round, text, WIDTH } from './canvas.ts';
import { chromaLane, hitLanes, partLanes, slowLanes } from './features.ts';
import { beatLane, sectionLane, tempoLane, waveLane } from './music.ts';

const HEAD = 66;
const FOOT = 40;

/** PNG, 1800 px wide, as tall as the lanes need. `title` stands above. */
export async function plotTimeline(timeline: Timeline, title = ''): Promise<Buffer> {
  return sharp(Buffer.from(await drawTimeline(timeline, title))).png().toBuffer();
}

/** The same as SVG text. */
export async function drawTimeline(timeline: Timeline, title = ''): Promise<string> {
  const page = pageOf(timeline.duration);
  const lanes = [sectionLane(timeline, page), waveLane(timeline), beatLane(timeline, page), tempoLane(timeline, page), hitLanes(timeline, page), await chromaLane(timeline), slowLanes(timeline), partLanes(timeline, page)];
  const { height, svg } = stack(lanes);
  const bottom = HEAD + height;
  const parts = [rect(0, 0, WIDTH, bottom + FOOT, INK.ground), head(timeline, title), grounds(timeline, page, bottom), svg, events(timeline, page, bottom), times(timeline, page, bottom)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + FOOT}" font-family="DejaVu Sans, Liberation Sans, Arial, sans-serif">${parts.join('')}</svg>`;
}

function stack(lanes: readonly Lane[]): Lane {
  let y = HEAD;
  const svg = lanes.map((lane) => {
    const group = `<g transform="translate(0 ${round(y)})">${lane.svg}</g>`;
    y += lane.height;
    return group;
  });
  return { height: y - HEAD, svg: svg.join('') };
}

function head({ grid, duration, detail }: Timeline, title: string): string {
  const facts = [
    grid.beats.length < 2 ? 'no steady beat' : `${grid.metre} beats a bar, confidence ${(100 * grid.confidence).toFixed(0)} %`,
    ...(detail === undefined ? [] : [detail.key === '' ? 'no key' : detail.key, `${detail.loudness.toFixed(1)} LUFS, range ${detail.loudnessRange.toFixed(1)} LU`]),
    clock(duration),
  ];
  return text(title === '' ? 'latentbeat' : title, LEFT, 38, { colour: INK.bright, size: 22, weight: 600 }) + text(facts.join('   ·   '), LEFT + PLOT, 38, { colour: INK.text, size: 14, anchor: 'end' });
}

/** Faint columns in the sections' colours behind all lanes. */
function grounds({ sections }: Timeline, page: Page, bottom: number): string {
  return sections.map(({ start, end, label, energy }) => rect(page.x(start), HEAD + 30, page.x(end) - page.x(start), bottom - HEAD - 30, `hsl(${round(hueOfLabel(label))},60%,${round(30 + 14 * energy)}%)`, 0.11) + rect(page.x(start), HEAD + 30, 1, bottom - HEAD - 30, INK.line)).join('');
}

/** Drops as lines through everything, build-ups as wedges that lead there, silences as dark bands. */
function events(timeline: Timeline, page: Page, bottom: number): string {
  return timeline.events.map(({ kind, start, end }) => {
    const [left, right] = [page.x(start), page.x(end)];
    if (kind === 'drop') return rect(left - 1, HEAD - 8, 2, bottom - HEAD + 8, INK.drop, 0.9) + `<path d="M${round(left - 8)} ${HEAD - 16} h16 l-8 13 z" fill="${INK.drop}"/>`;
    if (kind === 'build-up') return `<path d="M${round(left)} ${HEAD + 214} L${round(right)} ${HEAD + 190} V${HEAD + 220} H${round(left)} z" fill="${INK.build}" opacity="0.55"/>`;
    return rect(left, HEAD + 34, right - left, 192, INK.silence, 0.4);
  }).join('');
}

function times({ duration }: Timeline, page: Page, bottom: number): string {
  const step = [1, 5, 10, 15, 30, 60, 120, 300, 600, 1200].find((seconds) => duration / seconds <= 18) ?? 3600;
  return Array.from({ length: Math.floor(duration / step) + 1 }, (_, i) => rect(page.x(i * step), bottom + 4, 1, 6, INK.dim) + text(clock(i * step), page.x(i * step), bottom + 26, { anchor: 'middle', size: 12 })).join('');
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

/**
 * Beats of annotated music (mir_eval's measures, in per cent): whole tracks and the live tracker, each by the network and by the
 * signal alone, over the same pieces; beside them the trackers of others where LATENTBEAT_PEERS names a Python that has them
 * (peers.py). Needs the folder named in test/helpers/beat-set.ts; says so and measures nothing where it is absent.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openBeatNetwork } from '../../src/analysis/beat-model.ts';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { measureTrack } from '../../src/analysis/measure.ts';
import { timelineToJson } from '../../src/analysis/report.ts';
import { openAudio } from '../../src/audio/open.ts';
import type { AudioSource } from '../../src/audio/types.ts';
import { median, quantile } from '../../src/base/math.ts';
import { BEAT_SET_MISSING, type BeatItem, type BeatPrediction, type BeatScores, type BeatSet, hasBeatSet, meanScore, openBeatSet } from '../helpers/beat-set.ts';

type Row = Record<string, number | string>;
type Figures = Record<string, number | string | boolean>;

export async function run(): Promise<{ name: string; rows: Row[]; figures: Figures }> {
  if (!hasBeatSet()) return { name: 'beats', rows: [], figures: { skipped: BEAT_SET_MISSING } };
  const set = await openBeatSet();
  const scores = new Map<string, BeatScores[]>();
  const ahead: number[] = [];
  const rows: Row[] = [];
  for (const item of set.items) {
    const found = await trackItem(set, item, ahead);
    const scored = Object.entries(found).map(([name, prediction]) => [name, set.score(item, prediction)] as const);
    for (const [name, score] of scored) scores.set(name, [...(scores.get(name) ?? []), score]);
    rows.push({ id: item.id, genre: item.genre, ...Object.fromEntries(scored.flatMap(([name, score]) => [[`${name} F`, perCent(score.F)], [`${name} dF`, perCent(score.dF)]])) });
  }
  const figures = { pieces: set.items.length, ...ownFigures(scores), aheadMedianMs: 1000 * median(ahead), aheadLeastMs: 1000 * quantile(ahead, 0.05), ...peerFigures(set) };
  const { 'file F': file, 'file downbeatF': down, 'live F': live } = figures as unknown as Record<string, number>;
  return { name: 'beats', rows, figures: { ...figures, meetsMust: (file as number) >= 84 && (down as number) >= 55 && (live as number) >= 74 } };
}

/** The piece by each of our ways; `ahead` collects how long before its time each live beat was told once locked. */
async function trackItem(set: BeatSet, item: BeatItem, ahead: number[]): Promise<Record<'file' | 'file by signal' | 'live' | 'live by signal', BeatPrediction>> {
  const source = await openAudio(set.pathOf(item));
  const measured = await measureTrack(source, { network: await openBeatNetwork() });
  const { pulse: _, ...signal } = measured;
  const live = await follow(source, new LiveAnalyzer(source.sampleRate));
  live.beats.slice(4).forEach((time, i) => ahead.push(time - (live.announced as readonly number[])[i + 4]!));
  return {
    file: timelineToJson(buildTimeline(measured)),
    'file by signal': timelineToJson(buildTimeline(signal)),
    live,
    'live by signal': await follow(source, new LiveAnalyzer(source.sampleRate, 'none')),
  };
}

async function follow(source: AudioSource, tracker: LiveAnalyzer): Promise<BeatPrediction> {
  for await (const block of source.monoBlocks(512)) tracker.push(block);
  const { beats, positions } = tracker.timeline.grid;
  const { announced } = tracker;
  const came = Array.from(beats.subarray(0, announced.length));
  return { beats: came, downbeats: came.filter((_, i) => positions[i] === 1), announced, emitted: announced };
}

function ownFigures(scores: ReadonlyMap<string, readonly BeatScores[]>): Figures {
  return Object.assign({}, ...[...scores].map(([name, list]) => figuresOf(name, list)), { onsetF: meanScore(scores.get('file') ?? [], 'oF') }) as Figures;
}

function figuresOf(name: string, scores: readonly BeatScores[]): Figures {
  return { [`${name} F`]: meanScore(scores, 'F'), [`${name} CMLt`]: meanScore(scores, 'CMLt'), [`${name} AMLt`]: meanScore(scores, 'AMLt'), [`${name} downbeatF`]: meanScore(scores, 'dF'), [`${name} tempo`]: meanScore(scores, 'acc1') };
}

interface PeerLine extends Partial<BeatPrediction> {
  readonly peer: string;
  readonly id?: string;
  readonly missing?: string;
}

/** The same measures for others; those that are not installed are named. */
function peerFigures(set: BeatSet): Figures {
  const python = process.env['LATENTBEAT_PEERS'];
  if (python === undefined) return { peers: 'not compared: LATENTBEAT_PEERS names no Python' };
  const { stdout, status } = spawnSync(python, [fileURLToPath(new URL('peers.py', import.meta.url)), set.manifest], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
  if (status !== 0) return { peers: `not compared: ${python} ended with ${status}` };
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as PeerLine);
  const missing = lines.filter((line) => line.missing !== undefined);
  const figures: Figures = { peersMissing: missing.map(({ peer, missing: why }) => `${peer} (${why})`).join('; ') };
  for (const name of new Set(lines.filter((line) => line.id !== undefined).map(({ peer }) => peer))) {
    const scores = lines.filter(({ peer, id }) => peer === name && id !== undefined).map((line) => set.score(set.items.find(({ id }) => id === line.id)!, { beats: line.beats ?? [], downbeats: line.downbeats ?? [] }));
    Object.assign(figures, figuresOf(name, scores));
  }
  return figures;
}

function perCent(value: number | undefined): number | string {
  return value === undefined ? '-' : Math.round(value * 1000) / 10;
}

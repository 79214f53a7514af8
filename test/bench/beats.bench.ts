/**
 * Beats of annotated music (mir_eval's measures, in per cent): the file analysis and the live tracker over the same pieces.
 * Needs the folder named in test/helpers/beat-set.ts; says so and measures nothing where it is absent.
 */

import { LiveAnalyzer } from '../../src/analysis/live.ts';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { measureTrack } from '../../src/analysis/measure.ts';
import { timelineToJson } from '../../src/analysis/report.ts';
import { openAudio } from '../../src/audio/open.ts';
import type { AudioSource } from '../../src/audio/types.ts';
import { BEAT_SET_MISSING, type BeatPrediction, type BeatScores, hasBeatSet, meanScore, openBeatSet } from '../helpers/beat-set.ts';

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number | string | boolean> }> {
  if (!hasBeatSet()) return { name: 'beats', rows: [], figures: { skipped: BEAT_SET_MISSING } };
  const set = await openBeatSet();
  const rows: Record<string, number | string>[] = [];
  const whole: BeatScores[] = [];
  const live: BeatScores[] = [];
  for (const item of set.items) {
    const source = await openAudio(set.pathOf(item));
    const score = set.score(item, timelineToJson(buildTimeline(await measureTrack(source, () => {}))));
    const causal = set.score(item, await follow(source));
    whole.push(score);
    live.push(causal);
    rows.push({ id: item.id, genre: item.genre, F: perCent(score.F), CMLt: perCent(score.CMLt), AMLt: perCent(score.AMLt), 'downbeat F': perCent(score.dF), 'live F': perCent(causal.F), 'live AMLt': perCent(causal.AMLt) });
  }
  const of = (scores: readonly BeatScores[]): Record<string, number> => ({ F: meanScore(scores, 'F'), CMLt: meanScore(scores, 'CMLt'), AMLt: meanScore(scores, 'AMLt'), downbeatF: meanScore(scores, 'dF'), tempo: meanScore(scores, 'acc1') });
  const [file, stream] = [of(whole), of(live)];
  return {
    name: 'beats',
    rows,
    figures: { pieces: set.items.length, ...file, onsetF: meanScore(whole, 'oF'), ...Object.fromEntries(Object.entries(stream).map(([name, value]) => [`live ${name}`, value])), meetsGoal: (file['F'] as number) >= 70 },
  };
}

async function follow(source: AudioSource): Promise<BeatPrediction> {
  const tracker = new LiveAnalyzer(source.sampleRate);
  for await (const block of source.monoBlocks(512)) tracker.push(block);
  const { beats, positions } = tracker.timeline.grid;
  const { announced } = tracker;
  const came = Array.from(beats.subarray(0, announced.length));
  return { beats: came, downbeats: came.filter((_, i) => positions[i] === 1), announced, emitted: announced };
}

function perCent(value: number | undefined): number | string {
  return value === undefined ? '-' : Math.round(value * 1000) / 10;
}

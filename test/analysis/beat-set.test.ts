/** Real music with annotated beats: a third of the open set here, all of it in the bench. */

import { describe, expect, it } from 'vitest';
import { buildTimeline } from '../../src/analysis/build-timeline.ts';
import { measureTrack } from '../../src/analysis/measure.ts';
import { timelineToJson } from '../../src/analysis/report.ts';
import { openAudio } from '../../src/audio/open.ts';
import { BEAT_SET_MISSING, type BeatScores, hasBeatSet, meanScore, openBeatSet } from '../helpers/beat-set.ts';

describe('annotated music', () => {
  it('beats are found: F 78 or more of every third piece', async (context) => {
    if (!hasBeatSet()) return context.skip(BEAT_SET_MISSING);
    const set = await openBeatSet();
    const chosen = set.items.filter((item, i) => i % 3 === 0 && item.beats.length > 1);
    expect(chosen.length).toBeGreaterThan(8);
    const scores: BeatScores[] = [];
    for (const item of chosen) {
      const source = await openAudio(set.pathOf(item));
      scores.push(set.score(item, timelineToJson(buildTimeline(await measureTrack(source, () => {})))));
    }
    expect(meanScore(scores, 'F')).toBeGreaterThan(78);
    expect(meanScore(scores, 'AMLt')).toBeGreaterThan(80);
  });
});

/** An open show without files: a synthetic timeline, the fake pipeline in this process, and tools that need no disk. */

import { LedTimeline } from '../../src/control/clock/led-timeline.ts';
import { Keepers } from '../../src/control/keepers.ts';
import { CueList } from '../../src/control/cues.ts';
import { Snapshots } from '../../src/control/snapshots.ts';
import { ControlLog } from '../../src/control/log.ts';
import { createFakePipeline } from '../../src/diffusion/fake.ts';
import type { LatentPoint, Pipeline } from '../../src/diffusion/types.ts';
import { createWalk } from '../../src/latent/walk.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { parsePreset } from '../../src/score/preset.ts';
import { Score } from '../../src/score/score.ts';
import { storyboardOf } from '../../src/score/storyboard.ts';
import type { LiveShow, OpenShow, ShowTools } from '../../src/server/open-show.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

export const PRESETS = ['First', 'Second'].map((name) =>
  parsePreset(JSON.stringify({ name, intent: `${name} of two`, prompts: [`${name} sea`, `${name} fire`, `${name} glass`], look: { chain: [], values: { '/look/hue': name === 'First' ? 0.1 : 0.2 } } }), name));
const TABLE = buildParameterTable();

export interface FixtureOptions {
  readonly cost?: (point: LatentPoint, drawn: number) => number;
  readonly timeline?: Timeline;
  readonly live?: boolean;
  /** Instead of fake pictures in this process. */
  readonly pipeline?: Pipeline;
}

export function makeShow(options: FixtureOptions = {}): OpenShow {
  const pipeline = options.pipeline ?? createFakePipeline({ size: { height: 32, width: 32 }, cost: options.cost ?? (() => 4) });
  return dress(pipeline, options.timeline ?? syntheticTimeline(), options.live ?? false);
}

function dress(pipeline: OpenShow['pipeline'], timeline: Timeline, live: boolean): OpenShow {
  const preset = PRESETS[0] as OpenShow['preset'];
  const keepers = new Keepers();
  const score = new Score({
    timeline, preset, seed: 1, table: TABLE, live, presets: (name) => PRESETS.find((one) => one.name === name), keepers: (id) => keepers.list.find((keep) => keep.id === id)?.place,
  });
  const walk = createWalk({ score, card: pipeline.card, measureDifference: (points) => pipeline.measureDifference(points) });
  return {
    title: live ? 'Live' : 'Synthetic', audio: null, timeline, preset, seed: 1, table: TABLE, effects: [], score, walk, pipeline,
    storyboard: live ? [] : storyboardOf(timeline, preset, 1), keepers, snapshots: new Snapshots(), cues: new CueList(), log: new ControlLog(), live, close: () => pipeline.dispose(),
  };
}

/** Counts the samples it hears; its music is that of a synthetic timeline. */
export function makeLiveShow(): LiveShow & { heard: number } {
  const timeline = { ...syntheticTimeline(), duration: 0, sections: [], events: [] };
  const led = new LedTimeline(timeline);
  const live = {
    ...dress(createFakePipeline({ size: { height: 32, width: 32 } }), led, true), heard: 0, led, passedBeats: [],
    tracker: { push: (mono: Float32Array) => void (live.heard += mono.length), features: () => ({ energy: 0.5, level: 0.8 }) as ReturnType<LiveShow['tracker']['features']>, timeline },
  };
  return live;
}

export function makeTools(more: Partial<ShowTools> = {}): ShowTools {
  const missing = (): never => {
    throw new Error('not part of this test');
  };
  return {
    open: missing, openLive: () => makeLiveShow(), restage: missing, keepParts: (timeline) => timeline, layBeats: missing, correctGrid: missing, presets: () => PRESETS,
    findPreset: (name) => PRESETS.find((one) => one.name === name) ?? missing(), savePreset: missing, saveShow: missing, render: missing, controllers: () => [], saveController: () => Promise.resolve(), ...more,
  };
}

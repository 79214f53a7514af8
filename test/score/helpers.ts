/** Small makers for score tests. */

import type { ControlChange, ControlValue } from '../../src/score/control.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';
import { parsePreset } from '../../src/score/preset.ts';
import type { Preset, PresetFile } from '../../src/score/preset.ts';
import { Score } from '../../src/score/score.ts';
import type { ScoreOptions } from '../../src/score/score.ts';
import { syntheticTimeline } from '../helpers/synthetic-timeline.ts';

export const table = buildParameterTable();

export function makePreset(more: Partial<PresetFile> = {}): Preset {
  return parsePreset(JSON.stringify({ name: 'Test', prompts: [{ text: 'calm lake', sister: 'mist' }, 'forest', 'city', 'fire'], ...more }), 'test preset');
}

export function makeScore(more: Partial<ScoreOptions> = {}): Score {
  return new Score({ timeline: syntheticTimeline(), preset: makePreset(), seed: 7, table, ...more });
}

export function valueChange(path: string, value: ControlValue, appliesFromTick: number): ControlChange {
  return { kind: 'value', path, value, source: 'test', arrival: 0, appliesFromTick };
}

export function triggerChange(path: string, args: readonly ControlValue[], appliesFromTick: number): ControlChange {
  return { kind: 'trigger', path, args, source: 'test', arrival: 0, appliesFromTick };
}

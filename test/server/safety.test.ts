/** Flash safety is not switched off by a slip, and what the stages say of it reaches the panel. */

import { describe, expect, it } from 'vitest';
import { stageValuesOf } from '../../src/commands/stage-options.ts';
import { SAFETY_PATH, SafetyLock } from '../../src/server/desks/safety-lock.ts';
import { StageReports } from '../../src/server/web/stage-reports.ts';

describe('the safety lock', () => {
  it('asks once more, of the same hand and soon', () => {
    const lock = new SafetyLock();
    const off = (source: string, at: number): void => lock.admit(SAFETY_PATH, 'off', 'strict', source, at);
    expect(() => off('osc', 0)).toThrow(/stays on/);
    expect(() => off('panel', 1_000)).toThrow(/stays on/);
    expect(() => off('panel', 12_000)).toThrow(/stays on/);
    expect(() => off('panel', 14_000)).not.toThrow();
    expect(() => lock.admit(SAFETY_PATH, 'broadcast', 'strict', 'osc', 0)).not.toThrow();
    expect(() => lock.admit('/stage/master', 'off', 'strict', 'osc', 0)).not.toThrow();
  });

  it('wants a flag of its own on the command line', () => {
    expect(() => stageValuesOf({ safety: 'off' })).toThrow(/--confirm-flashes/);
    expect(stageValuesOf({ safety: 'off', confirmFlashes: true })).toEqual({ [SAFETY_PATH]: 'off' });
    expect(stageValuesOf({})).toEqual({});
  });
});

describe('stage reports', () => {
  it('keep the worst of the fresh ones', () => {
    const reports = new StageReports();
    expect(reports.worst(0)).toEqual({});
    reports.hear('a', { flashHeadroom: 0.5, beatToLight: null }, 0);
    reports.hear('b', { flashHeadroom: 0.2, beatToLight: null }, 2_500);
    expect(reports.worst(2_600)).toEqual({ flashHeadroom: 0.2 });
    expect(reports.worst(4_000)).toEqual({ flashHeadroom: 0.2 });
    expect(reports.worst(6_000)).toEqual({});
  });
});

/** Values that the walk never reads: at every tick as a slow replay has them, and no walk is thrown away for them. */

import { expect, it } from 'vitest';

import { randomFor } from '../../src/base/random.ts';
import { ControlBank } from '../../src/score/control-state.ts';
import { makePreset, makeScore, table, valueChange } from './helpers.ts';

const other = makePreset({ name: 'Other', look: { values: { '/look/hue': 0.3 } } });
const presets = (name: string): typeof other | undefined => (name === 'Other' ? other : undefined);

it('has the values of a slow replay at every tick, in any order, presets included', () => {
  const random = randomFor(3, 'surface');
  const score = makeScore({ presets });
  const log = Array.from({ length: 60 }, () => {
    const tick = random.integer(900);
    return random.uniform() < 0.1 ? valueChange('/preset/load', 'Other', tick) : valueChange(['/look/hue', '/look/zoom', '/stage/master', '/stage/freeze'][random.integer(4)] as string, random.uniform() < 0.5 ? random.uniform() : random.uniform() < 0.5, tick);
  });
  for (const change of log) {
    score.apply(change);
    score.valuesAt(random.integer(1000));
  }
  const bank = new ControlBank(table);
  let state = bank.createState({});
  for (let tick = 0; tick < 1000; tick++) {
    for (const change of score.log.filter(({ appliesFromTick }) => appliesFromTick === tick)) {
      if (change.kind !== 'value') continue;
      if (change.path === '/preset/load') for (const { path, group, kind } of table.values()) state = group === 'look' && kind === 'number' ? bank.change(state, path, other.look.values[path] ?? bank.fallback(path)) : state;
      state = bank.change(state, change.path, change.value);
    }
    if (tick > 0) state = bank.step(state);
    if (tick % 41 !== 0) continue;
    const slow = bank.record(state);
    const quick = score.valuesAt(tick);
    for (const path of ['/look/hue', '/look/zoom', '/stage/master', '/stage/freeze']) expect([tick, path, quick[path]]).toEqual([tick, path, slow[path]]);
  }
});

it('a hand on the looks throws nothing of the walk away', () => {
  const score = makeScore();
  score.modulationAt(6000);
  const steps = countSteps(() => {
    for (let i = 0; i < 50; i++) {
      score.apply(valueChange('/look/hue', i / 100, 100 + i));
      score.modulationAt(6000);
    }
  });
  expect(steps).toBe(0);
  expect(countSteps(() => {
    score.apply(valueChange('/walk/speed', 2, 5990));
    score.modulationAt(6000);
  })).toBeGreaterThan(5);
});

/** Steps of control values that work takes: one for each tick of the score. */
function countSteps(work: () => void): number {
  const step = Reflect.get(ControlBank.prototype, 'step') as ControlBank['step'];
  let steps = 0;
  ControlBank.prototype.step = function (state) {
    steps++;
    return step.call(this, state);
  };
  try {
    work();
  } finally {
    ControlBank.prototype.step = step;
  }
  return steps;
}

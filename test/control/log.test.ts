/** The control log: order, coalescing, values at a tick against a slow reference, JSON round trip. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { ControlLog } from '../../src/control/log.ts';
import type { ControlChange } from '../../src/score/control.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';

const table = buildParameterTable();
const value = (path: string, v: number | boolean, tick: number, arrival = tick): ControlChange => ({ kind: 'value', path, value: v, source: 'osc', arrival, appliesFromTick: tick });
const trigger = (path: string, tick: number, arrival = tick): ControlChange => ({ kind: 'trigger', path, args: [1], source: 'osc', arrival, appliesFromTick: tick });

describe('control log', () => {
  it('keeps changes by tick, then by arrival', () => {
    const log = new ControlLog();
    for (const change of [value('/walk/speed', 1, 20), trigger('/keep', 10, 1), trigger('/keep', 20, 2), trigger('/keep', 10, 3)]) log.add(change);
    expect(log.changes.map(({ appliesFromTick, arrival }) => [appliesFromTick, arrival])).toEqual([[10, 1], [10, 3], [20, 20], [20, 2]]);
  });

  it('coalesces values at one tick, never triggers, and never across a trigger', () => {
    const log = new ControlLog();
    log.add(value('/walk/speed', 1, 5, 1));
    log.add(value('/walk/pulse', 1, 5, 2));
    log.add(value('/walk/speed', 2, 5, 3));
    log.add(trigger('/cue/go', 5, 4));
    log.add(trigger('/cue/go', 5, 5));
    log.add(value('/walk/speed', 3, 5, 6));
    expect(log.changes.map((change) => (change.kind === 'value' ? change.value : change.path))).toEqual([2, 1, '/cue/go', '/cue/go', 3]);
  });

  it('keeps what a hand set beside what the governor made of it', () => {
    const log = new ControlLog();
    log.add(value('/walk/speed', 2, 5, 1));
    log.add({ ...value('/walk/speed', 0.5, 5, 2), source: 'governor' });
    log.add({ ...value('/walk/speed', 0.4, 5, 3), source: 'governor' });
    expect(log.changes.map((change) => change.kind === 'value' && [change.source, change.value])).toEqual([['osc', 2], ['governor', 0.4]]);
  });

  it('never moves a value across a preset, which brings values of its own', () => {
    const log = new ControlLog();
    const preset: ControlChange = { kind: 'value', path: '/preset/load', value: 'Storm', source: 'osc', arrival: 2, appliesFromTick: 5 };
    for (const change of [value('/look/hue', 0.1, 5, 1), preset, value('/look/hue', 0.2, 5, 3), value('/look/hue', 0.3, 5, 4)]) log.add(change);
    expect(log.changes.map((change) => change.kind === 'value' && change.value)).toEqual([0.1, 'Storm', 0.3]);
  });

  it('values at a tick agree with replaying everything', () => {
    const random = randomFor(5, 'log');
    const paths = ['/walk/speed', '/walk/pulse', '/walk/noise'];
    const log = new ControlLog();
    const added: ControlChange[] = [];
    for (let i = 0; i < 400; i++) {
      const change = value(paths[random.integer(3)] as string, random.uniform(), random.integer(100), i);
      added.push(change);
      log.add(change);
    }
    for (let tick = -1; tick <= 100; tick += 7) {
      const values = log.valuesAt(tick, table);
      for (const path of paths) {
        const last = added.filter((change) => change.path === path && change.appliesFromTick <= tick).sort((a, b) => a.appliesFromTick - b.appliesFromTick || a.arrival - b.arrival).at(-1);
        expect(values[path]).toBe(last?.kind === 'value' ? last.value : 1);
      }
    }
  });

  it('starts from the defaults, without triggers', () => {
    const values = new ControlLog().valuesAt(0, table);
    expect(values).toMatchObject({ '/walk/speed': 1, '/stage/blackout': false, '/preset/load': '', '/tempo/bpm': 120 });
    expect(values).not.toHaveProperty(['/keep']);
  });

  it('comes back from JSON as it was', () => {
    const log = new ControlLog();
    for (const change of [value('/walk/speed', 1.25, 20), trigger('/keep', 10), value('/stage/blackout', true, 30)]) log.add(change);
    expect(ControlLog.fromJson(JSON.parse(JSON.stringify(log.toJson())), 'a.show.json').changes).toEqual(log.changes);
  });

  it.each<[unknown, RegExp]>([
    [{}, /a\.show\.json: the control log is wrong at its start/],
    [[{ ...value('/x', 1, 1), extra: 1 }], /wrong at 0: .*extra/],
    [[value('/x', 1, 1.5)], /wrong at 0\.appliesFromTick/],
    [[{ ...trigger('/x', 1), kind: 'bang' }], /wrong at 0\.kind/],
  ])('refuses %j and says where', (data, expected) => expect(() => ControlLog.fromJson(data, 'a.show.json')).toThrow(expected));
});

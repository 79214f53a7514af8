/** Whole controllers as bytes: learning, conflicts, feedback, hot-plug, profiles that survive, shipped profiles, fuzz. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/base/random.ts';
import { MidiMap } from '../../../src/control/midi/midi-map.ts';
import { deviceNameOf, parseProfile, profileFor, serializeProfile, type ControllerProfile } from '../../../src/control/midi/midi-profile.ts';
import type { ControlRequest } from '../../../src/control/osc/osc-change.ts';
import type { ControlValue } from '../../../src/score/control.ts';
import { buildParameterTable } from '../../../src/score/parameters.ts';

const table = buildParameterTable();

function desk(profiles: readonly ControllerProfile[] = []) {
  const values: Record<string, ControlValue> = Object.fromEntries([...table.values()].filter(({ kind }) => kind !== 'trigger').map(({ path, default: rest }) => [path, rest]));
  const asked: ControlRequest[] = [];
  const lights: [string, number[]][] = [];
  const learned: [string, string | null][] = [];
  const map: MidiMap = new MidiMap({
    table: () => table, values: () => values,
    onChanges: (changes) => changes.forEach((change) => {
      asked.push(change);
      if (change.kind !== 'value') return;
      values[change.path] = change.value;
      map.echo(change.path, change.value);
    }),
    onSend: (device, bytes) => lights.push([device, [...bytes]]),
    onLearned: (_, { source, path, mode }, conflict) => learned.push([`${source} ${mode} ${path}`, conflict]),
  });
  map.useProfiles(profiles);
  return { map, values, asked, lights, learned };
}

/** Arms a path, plays bytes 10 ms apart, waits. */
function learn(map: MidiMap, path: string, messages: readonly (readonly number[])[]): void {
  map.arm(path);
  messages.forEach((bytes, i) => map.receive('x', bytes, 1000 + 10 * i));
  map.tend(3000);
}

const sweep = (from: number, to: number): number[] => Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + Math.sign(to - from) * i);

describe('learning', () => {
  it.each<[string, string, number[][], string]>([
    ['a fader', '/walk/speed', sweep(3, 20).map((value) => [0xb0, 7, value]), 'cc 1 7 absolute /walk/speed'],
    ['a pair of 14 bits', '/walk/speed', sweep(3, 9).map((value) => [0xb0, 7, value, 39, value * 9]), 'cc14 1 7 absolute /walk/speed'],
    ['NRPN', '/walk/speed', sweep(3, 9).map((value) => [0xb1, 99, 1, 98, 2, 6, value, 38, 0]), 'nrpn 2 130 absolute /walk/speed'],
    ['a pitch wheel', '/look/hue', sweep(64, 80).map((value) => [0xe0, 0, value]), 'pitch 1 absolute /look/hue'],
    ['an endless knob about 64', '/walk/speed', [65, 65, 65, 66, 63].map((value) => [0xb0, 20, value]), 'cc 1 20 binary-offset /walk/speed'],
    ['an endless knob about 0 and 127', '/walk/speed', [1, 1, 1, 2, 127].map((value) => [0xb0, 20, value]), 'cc 1 20 twos-complement /walk/speed'],
    ['an endless knob of sign and size', '/walk/speed', [65, 65, 65, 1, 1].map((value) => [0xb0, 20, value]), 'cc 1 20 signed-bit /walk/speed'],
    ['a slow fader from the bottom', '/walk/speed', [0, 1, 2, 3, 4, 5].map((value) => [0xb0, 20, value]), 'cc 1 20 absolute /walk/speed'],
    ['a pad on a switch', '/stage/freeze', [[0x99, 36, 90]], 'note 10 36 toggle /stage/freeze'],
    ['a button of control changes on a switch', '/stage/freeze', [[0xb0, 41, 127], [0xb0, 41, 0]], 'cc 1 41 toggle /stage/freeze'],
    ['a pad on a trigger', '/panic', [[0x90, 1, 1], [0x90, 1, 0]], 'note 1 1 trigger /panic'],
  ])('%s', (_, path, messages, expected) => {
    const { map, learned, asked } = desk();
    map.plug('x', 0);
    learn(map, path, messages);
    expect(learned).toEqual([[expected, null]]);
    expect(map.armed).toBeNull();
    expect(asked).toEqual([]);
  });

  it('what is learned works at once, and a control that was bound says to what', () => {
    const { map, learned, asked, values } = desk();
    map.plug('x', 0);
    learn(map, '/walk/speed', sweep(3, 20).map((value) => [0xb0, 7, value]));
    map.receive('x', [0xb0, 7, 60, 7, 100], 4000);
    expect(asked.map(({ path }) => path)).toEqual(['/walk/speed']);
    learn(map, '/walk/noise', sweep(3, 20).map((value) => [0xb0, 7, value]));
    expect(learned[1]).toEqual(['cc 1 7 absolute /walk/noise', '/walk/speed']);
    const before = values['/walk/speed'];
    map.receive('x', [0xb0, 7, 90, 7, 30], 5000);
    expect(values['/walk/speed']).toBe(before);
    map.forget('/walk/noise');
    expect(map.bindings()[0]?.bindings).toEqual([]);
  });

  it('listens to the device that moved first', () => {
    const { map, learned } = desk();
    for (const name of ['x', 'y']) map.plug(name, 0);
    map.arm('/walk/speed');
    map.receive('x', [0xb0, 7, 1], 1000);
    for (const value of sweep(1, 20)) map.receive('y', [0xb0, 9, value], 1001);
    map.receive('x', [0xb0, 7, 3], 1500);
    expect(learned).toEqual([['cc 1 7 absolute /walk/speed', null]]);
  });
});

const profile = parseProfile(JSON.stringify({ version: 1, name: 'X', match: ['x'], bindings: [
  { source: 'cc 1 7', path: '/walk/speed', max: 4, takeover: 'none' }, { source: 'note 1 36', path: '/stage/blackout', mode: 'momentary' }, { source: 'cc14 1 8', path: '/stage/master' }, { source: 'pitch 1', path: '/stage/fade' },
] }), 'x');

describe('feedback', () => {
  it('lights everything when the device comes, then what changes, at most 30 a second, not under the hand', () => {
    const { map, lights } = desk([profile]);
    map.plug('x', 0);
    map.tend(0);
    expect(lights.map(([, bytes]) => bytes)).toEqual([[0xb0, 7, 32], [0x90, 36, 0], [0xb0, 8, 127], [0xb0, 40, 127], [0xe0, 0, 0]]);
    lights.length = 0;
    map.echo('/stage/blackout', true);
    map.tend(1000);
    expect(lights).toEqual([['x', [0x90, 36, 127]]]);
    lights.length = 0;
    for (let ms = 2000; ms < 3000; ms += 5) {
      map.echo('/walk/speed', (ms % 400) / 100);
      map.tend(ms);
    }
    expect(lights.length).toBeLessThanOrEqual(31);
    lights.length = 0;
    for (let ms = 4000; ms < 5000; ms += 20) {
      map.receive('x', [0xb0, 7, (ms / 20) % 128], ms);
      map.tend(ms);
    }
    expect(lights).toEqual([]);
    map.echo('/walk/speed', 4);
    map.tend(6000);
    expect(lights).toEqual([['x', [0xb0, 7, 127]]]);
  });
});

describe('hot-plug', () => {
  it('lets go what was held, keeps the mapping, and lights up again: a hundred times', () => {
    const { map, values, lights } = desk([profile]);
    for (let i = 0; i < 100; i++) {
      map.plug('x', i * 100);
      map.receive('x', [0x90, 36, 100], i * 100 + 10);
      expect(values['/stage/blackout']).toBe(true);
      map.unplug('x');
      expect(values['/stage/blackout']).toBe(false);
    }
    map.plug('x', 20_000);
    lights.length = 0;
    map.tend(20_001);
    expect(lights).toHaveLength(5);
    map.receive('x', [0xb0, 7, 127], 20_002);
    expect(values['/walk/speed']).toBe(4);
  });

  it('lets go when a sensing device falls silent for 300 ms, and on reset', () => {
    const { map, values } = desk([profile]);
    map.plug('x', 0);
    map.receive('x', [0xfe, 0x90, 36, 100], 0);
    map.tend(250);
    expect(values['/stage/blackout']).toBe(true);
    map.tend(301);
    expect(values['/stage/blackout']).toBe(false);
    map.receive('x', [0x90, 36, 100, 0xff], 400);
    expect(values['/stage/blackout']).toBe(false);
  });
});

describe('profiles', () => {
  it.each([
    ['nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTR 20:0', 'nanoKONTROL2'], ['2- nanoKONTROL2', 'nanoKONTROL2'], ['nanoKONTROL2 1', 'nanoKONTROL2'],
    ['MIDI Mix', 'MIDI Mix'], ['MIDI Mix MIDI 1', 'MIDI Mix'], ['APC mini mk2 Control', 'APC mini mk2 Control'], ['7', '7'],
  ])('%s is %s on every machine', (port, name) => expect(deviceNameOf(port)).toBe(name));

  it('come back from text', () => expect(parseProfile(serializeProfile(profile), 'x')).toEqual(profile));

  it.each([
    ['{', /not JSON/], ['{"version":1,"name":"a","match":["ab"],"bindings":[{"source":"cc 17 1","path":"/x"}]}', /bindings.0.source: a source such as/],
    ['{"version":1,"name":"a","match":["ab"],"bindings":[],"more":1}', /more/], ['{"version":2,"name":"a","match":["ab"],"bindings":[]}', /version/],
  ])('%s is refused in one sentence', (text, expected) => expect(() => parseProfile(text, 'my.json')).toThrow(expected));

  const folder = new URL('../../../presets/controllers/', import.meta.url);
  const shipped = readdirSync(folder).map((file) => [file, parseProfile(readFileSync(new URL(file, folder), 'utf8'), file)] as const);

  it('three are shipped, and found by the names that systems give', () => {
    expect(shipped).toHaveLength(3);
    const all = shipped.map(([, one]) => one);
    for (const name of ['nanoKONTROL2', 'MIDI Mix', 'APC MINI']) expect(profileFor(name, all), name).toBeDefined();
  });

  it.each(shipped)('%s: every source once, every path and range from the table', (_, { bindings }) => {
    expect(new Set(bindings.map(({ source }) => source)).size).toBe(bindings.length);
    for (const { path, mode, min, max } of bindings) {
      const parameter = table.get(path);
      expect(parameter, path).toBeDefined();
      if (mode === 'absolute') expect([min, max], path).toEqual([parameter?.min, parameter?.max]);
      if (parameter?.kind === 'trigger') expect(mode).toBe('trigger');
    }
    for (const fader of [...table.values()].filter(({ fader: place }) => place !== undefined)) expect(bindings.map(({ path }) => path)).toContain(fader.path);
  });
});

describe('fuzz', () => {
  it('20,000 streams of junk: nothing thrown, nothing stuck, values in range', () => {
    const { map, values, asked } = desk([profile]);
    map.plug('x', 0);
    const random = randomFor(9, 'midi fuzz');
    const starts = [0x80, 0x90, 0xb0, 0xe0, 0xf0, 0xf7, 0xf8, 0xff, 0xfe, 0xf2, 0xf1, 0xf4];
    for (let i = 0; i < 20_000; i++) {
      const bytes = Array.from({ length: 1 + Math.floor(random.uniform() * 24) }, () => (random.uniform() < 0.4 ? (starts[Math.floor(random.uniform() * starts.length)] as number) : Math.floor(random.uniform() * 256)));
      if (i % 97 === 0) map.arm(i % 2 === 0 ? '/walk/noise' : null);
      map.receive('x', bytes, i);
      map.tend(i);
    }
    expect(map.counters.bad).toBeGreaterThan(1000);
    for (const change of asked) {
      if (change.kind !== 'value' || typeof change.value !== 'number') continue;
      const { min, max } = table.get(change.path) ?? { min: 0, max: 0 };
      expect(change.value >= min && change.value <= max).toBe(true);
    }
    map.arm(null);
    map.useProfiles([profile]);
    map.unplug('x');
    expect(values['/stage/blackout']).toBe(false);
  });
});

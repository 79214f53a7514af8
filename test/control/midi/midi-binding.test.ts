/** One control and its parameter: 14 bits, NRPN, relative codings, buttons, and the three ways to take over. */

import { describe, expect, it } from 'vitest';
import { BoundControl, stepsOf, type Binding } from '../../../src/control/midi/midi-binding.ts';
import { MidiParser } from '../../../src/control/midi/midi-bytes.ts';
import { SourceReader, type MidiEvent } from '../../../src/control/midi/midi-source.ts';
import { buildParameterTable, type Parameter } from '../../../src/score/parameters.ts';

const table = buildParameterTable();
const parameter = (path: string): Parameter => table.get(path) as Parameter;
const bind = (more: Partial<Binding> & { path: string }): BoundControl => new BoundControl({ source: 'cc 1 7', mode: 'absolute', min: 0, max: 4, takeover: 'none', args: [], ...more }, parameter(more.path));
const cc = (raw: number): MidiEvent => ({ source: 'cc 1 7', at: raw / 127, raw });
const events = (...bytes: number[]): MidiEvent[] => {
  const reader = new SourceReader();
  return new MidiParser().push(bytes).flatMap((message) => reader.push(message));
};

describe('sources', () => {
  it('a 7-bit control reaches both ends', () => expect(events(0xb0, 70, 0, 70, 127).map(({ at }) => at)).toEqual([0, 1]));

  it('a 14-bit pair is told when its low half comes, and never jumps in between', () => {
    const pair = events(0xb0, 7, 64, 39, 0, 7, 63, 39, 127, 39, 120).filter(({ source }) => source === 'cc14 1 7').map(({ raw }) => raw);
    expect(pair).toEqual([64 * 128 + 64, 64 * 128, 63 * 128 + 127, 63 * 128 + 120]);
  });

  it('NRPN: parameter, then value; not also a plain controller', () => {
    const heard = events(0xb0, 99, 2, 98, 44, 6, 100, 38, 5);
    expect(heard.map(({ source }) => source)).toEqual(['nrpn 1 300', 'nrpn 1 300']);
    expect(heard.at(-1)?.raw).toBe(100 * 128 + 5);
    expect(events(0xb0, 99, 127, 98, 127, 6, 1).map(({ source }) => source)).toEqual(['cc 1 6', 'cc14 1 6']);
  });

  it('pitch bend has 14 bits', () => expect(events(0xe3, 127, 127)).toEqual([{ source: 'pitch 4', at: 1, raw: 16_383 }]));
});

describe('relative knobs', () => {
  it.each([
    ['signed-bit', 65, 1], ['signed-bit', 67, 3], ['signed-bit', 1, -1], ['signed-bit', 63, -63], ['signed-bit', 64, 0],
    ['binary-offset', 65, 1], ['binary-offset', 127, 63], ['binary-offset', 63, -1], ['binary-offset', 0, -64],
    ['twos-complement', 1, 1], ['twos-complement', 64, 64], ['twos-complement', 127, -1], ['twos-complement', 65, -63],
  ] as const)('%s %d → %d', (mode, raw, steps) => expect(stepsOf(mode, raw)).toBe(steps));

  it('moves from where the value is, whoever put it there, and stops at the ends', () => {
    const knob = bind({ path: '/walk/speed', mode: 'binary-offset' });
    expect(knob.take(cc(65), 2)).toMatchObject({ value: 2 + 4 / 127 });
    expect(knob.take(cc(0), 0.1)).toMatchObject({ value: 0 });
    expect(knob.take(cc(127), 3.9)).toMatchObject({ value: 4 });
  });
});

describe('takeover', () => {
  it('none: the value goes to the control', () => expect(bind({ path: '/walk/speed' }).take(cc(127), 1)).toMatchObject({ value: 4 }));

  it('min above max turns the control around', () => expect(bind({ path: '/walk/speed', min: 4, max: 0 }).take(cc(127), 1)).toMatchObject({ value: 0 }));

  it('pick-up: nothing until the control passes the value, then it follows; lost when others move it', () => {
    const fader = bind({ path: '/walk/speed', takeover: 'pick-up' });
    expect([10, 20, 30].map((raw) => fader.take(cc(raw), 2))).toEqual([undefined, undefined, undefined]);
    const picked = fader.take(cc(70), 2) as { value: number };
    expect(picked.value).toBeCloseTo((4 * 70) / 127, 9);
    expect(fader.take(cc(90), picked.value)).toMatchObject({ value: (4 * 90) / 127 });
    expect(fader.isWaiting(0.5)).toBe(true);
    expect(fader.take(cc(91), 0.5)).toBeUndefined();
    expect(fader.take(cc(10), 0.5)).toMatchObject({ value: (4 * 10) / 127 });
  });

  it('scaling: moves at once without a jump, and both reach the end together', () => {
    const fader = bind({ path: '/walk/speed', takeover: 'scaling' });
    let value = 3;
    expect(fader.take(cc(20), value)).toBeUndefined();
    let largest = 0;
    for (let raw = 21; raw <= 127; raw++) {
      const next = (fader.take(cc(raw), value) as { value: number }).value;
      largest = Math.max(largest, Math.abs(next - value));
      value = next;
    }
    expect(value).toBeCloseTo(4, 9);
    expect(largest).toBeLessThan(4 / 127);
    for (let raw = 126; raw >= 0; raw--) value = (fader.take(cc(raw), value) as { value: number }).value;
    expect(value).toBe(0);
  });

  it('scaling never jumps, whatever others do in between', () => {
    const fader = bind({ path: '/stage/master', takeover: 'scaling', max: 1 });
    let value = 0.2;
    for (let i = 0, raw = 64; i < 500; i++) {
      if (i % 40 === 0) value = (i * 37 % 100) / 100;
      raw = Math.min(127, Math.max(0, raw + (i % 7) - 3));
      const ask = fader.take(cc(raw), value) as { value: number } | undefined;
      if (ask === undefined) continue;
      expect(Math.abs(ask.value - value)).toBeLessThan(0.2);
      value = ask.value;
    }
  });
});

describe('buttons', () => {
  const note = (velocity: number): MidiEvent => ({ source: 'note 1 36', at: velocity / 127, raw: velocity });

  it('momentary is on while held, and let go when the device goes', () => {
    const pad = bind({ path: '/stage/blackout', source: 'note 1 36', mode: 'momentary', max: 1 });
    expect(pad.take(note(5), false)).toMatchObject({ value: true });
    expect(pad.take(note(0), true)).toMatchObject({ value: false });
    pad.take(note(90), false);
    expect(pad.release()).toMatchObject({ value: false });
    expect(pad.release()).toBeUndefined();
  });

  it('toggle turns over at each press', () => {
    const pad = bind({ path: '/stage/freeze', source: 'note 1 36', mode: 'toggle', max: 1 });
    expect([pad.take(note(90), false), pad.take(note(0), true), pad.take(note(90), true)].map((ask) => (ask as { value?: unknown } | undefined)?.value)).toEqual([true, undefined, false]);
  });

  it('trigger fires once a press, with its arguments', () => {
    const pad = bind({ path: '/keep/go', source: 'note 1 36', mode: 'trigger', args: [3, 4] });
    expect([note(90), note(100), note(0), note(90)].map((event) => pad.take(event, undefined)).filter((ask) => ask !== undefined)).toEqual(Array.from({ length: 2 }, () => ({ kind: 'trigger', path: '/keep/go', args: [3, 4], source: 'midi' })));
  });

  it('a text parameter takes its text', () => expect(bind({ path: '/preset/load', source: 'note 1 36', mode: 'trigger', args: ['Tidal'] }).take(note(1), '')).toMatchObject({ kind: 'value', value: 'Tidal' }));
});

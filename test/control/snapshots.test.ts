/** Snapshots: what they hold, between two, on file. */

import { describe, expect, it } from 'vitest';
import { mixSnapshots, snapshotOf, Snapshots } from '../../src/control/snapshots.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';

const table = buildParameterTable();

describe('snapshots', () => {
  it('hold faders of walk, look and stage, and leave clock, transport and blackout alone', () => {
    const held = snapshotOf({ '/walk/speed': 2, '/tempo/bpm': 90, '/transport/position': 7, '/stage/blackout': true, '/snapshot/mix': 1 }, table);
    expect(held['/walk/speed']).toBe(2);
    expect(held['/look/amount']).toBe(1);
    expect(Object.keys(held).filter((path) => !/^\/(walk|look|stage|overlay)\//.test(path))).toEqual([]);
    expect(held).not.toHaveProperty(['/stage/blackout']);
    expect(Object.values(held).every((value) => typeof value !== 'string')).toBe(true);
  });

  it('mix evenly from one to the other, ends included, and switches turn at the middle', () => {
    const a = { '/a': 1, '/b': false, '/only': 4 };
    const b = { '/a': 3, '/b': true };
    expect(mixSnapshots(a, b, 0)).toEqual({ '/a': 1, '/b': false, '/only': 4 });
    expect(mixSnapshots(a, b, 0.25)).toEqual({ '/a': 1.5, '/b': false, '/only': 4 });
    expect(mixSnapshots(a, b, 1)).toEqual({ '/a': 3, '/b': true, '/only': 4 });
  });

  it('say what is wrong with a slot, and read back what they wrote', () => {
    const snapshots = new Snapshots();
    snapshots.store(3, { '/walk/speed': 2 });
    expect(() => snapshots.get(2)).toThrow('Snapshot 2 is empty');
    expect(() => snapshots.store(9, {})).toThrow('choose 1 to 8');
    const again = Snapshots.fromJson(JSON.parse(JSON.stringify(snapshots.toJson())), 'a show');
    expect(again.filled).toEqual([false, false, true, false, false, false, false, false]);
    expect(again.get(3)).toEqual({ '/walk/speed': 2 });
    expect(() => Snapshots.fromJson([{ walk: 'x' }], 'a show')).toThrow('a show: the snapshots are wrong');
  });
});

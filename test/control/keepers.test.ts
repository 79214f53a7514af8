/** Kept places: ids, pins and the safe one; JSON round trip and what its border refuses. */

import { describe, expect, it } from 'vitest';
import { Keepers, type NewKeep } from '../../src/control/keepers.ts';

const keep = (text: string, seed = 1): NewKeep => ({
  place: { prompts: [{ text, weight: 0.75 }, { text: 'fog', weight: 0.25 }], seed }, orbit: 0.125, look: { '/look/bloom/amount': 0.5 }, picture: new Uint8Array([0xff, 0xd8, 0x00, 0x7f]),
});

describe('keepers', () => {
  it('numbers keeps from 1 and never uses an id twice', () => {
    const keepers = new Keepers();
    expect([keepers.add(keep('a')).id, keepers.add(keep('b')).id]).toEqual([1, 2]);
    keepers.delete(2);
    expect(keepers.add(keep('c')).id).toBe(3);
    expect(keepers.list.map(({ id }) => id)).toEqual([1, 3]);
  });

  it('goes to a keep, and names those that exist where there is none', () => {
    const keepers = new Keepers();
    expect(() => keepers.go(1)).toThrow(/nothing is kept yet/);
    keepers.add(keep('a', 42));
    expect(keepers.go(1).place.seed).toBe(42);
    expect(() => keepers.go(7)).toThrow('There is no keeper 7: choose one of 1.');
  });

  it('pins one keep to a scene, and takes the pin back', () => {
    const keepers = new Keepers();
    keepers.add(keep('a'));
    keepers.add(keep('b'));
    keepers.pin(1, 's1');
    keepers.pin(2, 's1');
    expect(keepers.list.map(({ sceneId }) => sceneId)).toEqual([null, 's1']);
    keepers.pin(2, 's1');
    expect(keepers.list.map(({ sceneId }) => sceneId)).toEqual([null, null]);
  });

  it('has at most one safe keep', () => {
    const keepers = new Keepers();
    keepers.add(keep('a'));
    keepers.add(keep('b'));
    expect(keepers.safe).toBeUndefined();
    keepers.toggleSafe(1);
    keepers.toggleSafe(2);
    expect(keepers.list.map(({ safe }) => safe)).toEqual([false, true]);
    expect(keepers.safe?.id).toBe(2);
    keepers.toggleSafe(2);
    expect(keepers.safe).toBeUndefined();
  });

  it('comes back from JSON as it was, and counts on', () => {
    const keepers = new Keepers();
    keepers.add(keep('a'));
    keepers.add(keep('ü'));
    keepers.pin(1, 's1');
    keepers.toggleSafe(2);
    const back = Keepers.fromJson(JSON.parse(JSON.stringify(keepers.toJson())), 'x.show.json');
    expect(back.list).toEqual(keepers.list);
    expect(back.add(keep('c')).id).toBe(3);
  });

  it.each<[string, (json: Record<string, unknown>) => void, RegExp]>([
    ['an unknown key', (json) => (json['colour'] = 1), /x\.show\.json: the keepers are wrong at 0: .*colour/],
    ['a broken picture', (json) => (json['picture'] = '***'), /wrong at 0\.picture/],
    ['no prompts', (json) => (json['place'] = { prompts: [], seed: 1 }), /wrong at 0\.place\.prompts/],
  ])('refuses %s and says where', (_, spoil, expected) => {
    const keepers = new Keepers();
    keepers.add(keep('a'));
    const json = JSON.parse(JSON.stringify(keepers.toJson())) as Record<string, unknown>[];
    spoil(json[0] as Record<string, unknown>);
    expect(() => Keepers.fromJson(json, 'x.show.json')).toThrow(expected);
  });
});

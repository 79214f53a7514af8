/** The set list: order, edits, what comes next, on file. */

import { describe, expect, it } from 'vitest';
import { CueList, type NewCue } from '../../src/control/cues.ts';

const cue = (name: string, more: Partial<NewCue> = {}): NewCue =>
  ({ name, preset: null, place: { prompts: [{ text: name, weight: 1 }], seed: 1 }, snapshot: null, values: null, transition: 'morph', beats: 4, trigger: { on: 'hand' }, ...more });

function listOf(...names: readonly string[]): CueList {
  const list = new CueList();
  for (const name of names) list.add(cue(name));
  return list;
}

const namesOf = (list: CueList): string[] => list.list.map(({ name }) => name);

describe('the set list', () => {
  it('goes from the first to the last and ends', () => {
    const list = listOf('a', 'b');
    expect([list.after(null)?.name, list.after(1)?.name, list.after(2), listOf().after(null)]).toEqual(['a', 'b', undefined, undefined]);
  });

  it('moves within its ends, edits and removes, and never gives an id twice', () => {
    const list = listOf('a', 'b', 'c');
    list.move(3, -1);
    list.move(1, -1);
    expect(namesOf(list)).toEqual(['a', 'c', 'b']);
    list.move(1, 9);
    list.edit(2, { transition: 'cut', trigger: { on: 'bar', bar: 9 } });
    list.remove(3);
    expect(list.list.map(({ name, transition }) => [name, transition])).toEqual([['b', 'cut'], ['a', 'morph']]);
    expect(list.add(cue('d')).id).toBe(4);
    expect(() => list.get(3)).toThrow('There is no cue 3: choose one of 2, 1, 4.');
  });

  it('reads back what it wrote, and says what is wrong with another file', () => {
    const list = listOf('a');
    list.add(cue('b', { preset: 'Storm', place: null, values: { '/walk/speed': 2, '/stage/x': true }, trigger: { on: 'section', scene: 'C1' } }));
    const again = CueList.fromJson(JSON.parse(JSON.stringify(list.toJson())), 'x');
    expect(again.toJson()).toEqual(list.toJson());
    expect(again.add(cue('c')).id).toBe(3);
    expect(() => CueList.fromJson([{ ...list.toJson()[0], beats: 0 }], 'x.show.json')).toThrow('x.show.json: the cues are wrong at 0.beats');
  });
});

/** What a power cut may leave: half-written files, flipped bits, a show that fails each time it starts. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/base/random.ts';
import { ShowMemory, type ShowState } from '../../../src/server/library/show-memory.ts';

const LINE = ['song.flac', 'neon-drive'];
const NOW = 1_800_000_000_000;
const state = (showTime: number): ShowState => ({ showTime, playing: true, values: { '/walk/speed': 1.5, '/stage/freeze': false, '/preset/load': 'Ember' } });

let folder: string;
let memory: ShowMemory;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-memory-'));
  memory = new ShowMemory(folder, LINE);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const statePath = (): string => memory.showPath.replace('.show.json', '.state.json');

describe('show memory', () => {
  it('brings back what was saved last, for the same start line alone, until it is forgotten', async () => {
    expect(await memory.load(NOW)).toBeNull();
    await Promise.all([memory.save(state(10), '{"a":1}', NOW), memory.save(state(13), '{"a":2}', NOW + 3000)]);
    expect(await new ShowMemory(folder, LINE).load(NOW + 5000)).toMatchObject(state(13));
    expect(readFileSync(memory.showPath, 'utf8')).toBe('{"a":2}');
    expect(await new ShowMemory(folder, ['other.flac']).load(NOW)).toBeNull();
    await memory.forget();
    expect(await memory.load(NOW)).toBeNull();
  });

  it('always finds a whole state, wherever the newest file was cut off or changed', async () => {
    await memory.save(state(10), null, NOW);
    await memory.save(state(13), null, NOW);
    const whole = readFileSync(statePath());
    const backup = readFileSync(`${statePath()}.bak`);
    const random = randomFor(9, 'broken states');
    for (let cut = 0; cut < whole.length; cut += 3) {
      const broken = cut % 2 === 0 ? whole.subarray(0, cut) : whole.map((byte, i) => (i === cut ? byte ^ (1 << random.integer(8)) : byte));
      writeFileSync(statePath(), broken);
      writeFileSync(`${statePath()}.bak`, backup);
      const found = await new ShowMemory(folder, LINE).load(NOW + 120_000 * cut);
      // A flipped digit may still be a state; none may be lost or stop the start.
      if (NOW + 120_000 * cut - NOW < 86_000_000) expect(found?.playing).toBeTypeOf('boolean');
    }
  });

  it('begins anew after three starts within a minute that saved nothing, and after a day', async () => {
    await memory.save(state(10), null, NOW);
    for (const second of [1, 2, 3]) expect(await memory.load(NOW + second * 1000)).not.toBeNull();
    expect(await memory.load(NOW + 4000)).toBeNull();
    await memory.save(state(10), null, NOW);
    for (const minute of [2, 4, 6, 8, 10]) expect(await memory.load(NOW + minute * 60_000)).not.toBeNull();
    expect(await memory.load(NOW + 25 * 3600_000)).toBeNull();
  });
});

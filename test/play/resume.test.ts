/** A show that was cut off goes on with the same request: place, motion and values. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlaying, type Playing, type PlayRequest } from '../../src/play.ts';

const PATIENCE = { timeout: 60_000 };
const REQUEST: PlayRequest = { model: 'fake', clock: 'free', resume: true, port: 0, oscPort: 0, oscqueryPort: 0, open: false, prompts: ['a lighthouse', 'the sea'] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-resume-'));
  process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
});
afterAll(() => {
  delete process.env['LATENTBEAT_CACHE'];
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Playing> {
  const playing = await startPlaying(REQUEST);
  await playing.opened;
  return playing;
}

describe('a show that was cut off', () => {
  it('goes on where it was; one that was ended begins anew', async () => {
    const first = await start();
    await expect.poll(() => first.session.state().showTimeSeconds, PATIENCE).toBeGreaterThan(0.2);
    first.session.control([
      { kind: 'value', path: '/transport/position', value: 60, source: 'test' },
      { kind: 'value', path: '/walk/speed', value: 1.7, source: 'test' },
      { kind: 'value', path: '/stage/master', value: 0.6, source: 'test' },
    ]);
    // Longer than the pause between two savings.
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    const cutAt = first.session.state().showTimeSeconds;
    await first.close();

    const second = await start();
    expect(second.session.state().showTimeSeconds).toBeGreaterThan(cutAt - 5);
    expect(second.session.state().parameters).toMatchObject({ '/walk/speed': 1.7, '/stage/master': 0.6 });
    expect(second.session.toRemember()?.show.preset.prompts[0]?.text).toBe('a lighthouse');
    const from = second.session.state().showTimeSeconds;
    await expect.poll(() => second.session.state().showTimeSeconds, PATIENCE).toBeGreaterThan(from + 0.5);
    await second.forget();
    await second.close();

    const third = await start();
    expect(third.session.state().showTimeSeconds).toBeLessThan(30);
    expect(third.session.state().parameters['/walk/speed']).not.toBe(1.7);
    await third.close();
  }, 180_000);
});

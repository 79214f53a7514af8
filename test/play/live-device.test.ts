/** `play --input live --device`: drums from one of FFmpeg's virtual inputs, through capture, session and socket; the device ends and comes back. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasNodeAv } from '../../src/audio/node-av.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { startPlaying, type Playing } from '../../src/play.ts';
import type { ServerMessage } from '../../src/protocol/messages.ts';
import { drumSamples } from '../helpers/drum-samples.ts';
import { causalBeats, toldBeats } from '../helpers/live-chain.ts';
import { agreement } from '../helpers/live-truth.ts';
import { TestPage } from '../server/fixtures.ts';

type Live = Extract<ServerMessage, { type: 'live' }>;

const RATE = 44_100;
const SECONDS = 11;
const PATIENCE = { timeout: 60_000 };
const samples = drumSamples({ seconds: SECONDS, bpm: 124, rate: RATE, offset: 0.3 });

describe.skipIf(!(await hasNodeAv()))('live input from a device', () => {
  let folder: string;
  let playing: Playing;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latentbeat-device-'));
    process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
    const wav = join(folder, 'drums.wav');
    await writeWav(wav, samples, RATE, 1);
    playing = await startPlaying({ live: true, device: `lavfi:amovie=${wav},arealtime`, model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false });
    await playing.opened;
  }, 60_000);
  afterAll(async () => {
    await playing.close();
    delete process.env['LATENTBEAT_CACHE'];
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells the beats that analyze --causal announces, and runs on where the device ends', async () => {
    const page = await TestPage.join(playing.url);
    const live = (): Live[] => page.messages.filter((message): message is Live => message.type === 'live');
    await expect.poll(() => live().at(-1)?.time ?? 0, PATIENCE).toBeGreaterThan(SECONDS - 0.5);
    const { share, compared } = agreement(toldBeats(live()), causalBeats(samples, RATE));
    expect(compared).toBeGreaterThan(12);
    expect(share).toBeGreaterThan(0.9);
    // The file is at its end: the device is lost, opened again, and the show's time has not stopped.
    await page.until(() => page.find('notice')?.text.includes('sound input is gone') === true);
    await expect.poll(() => live().at(-1)?.time ?? 0, PATIENCE).toBeGreaterThan(SECONDS + 3);
    expect(live().at(-1)?.confidence).toBeGreaterThan(0.3);
    // The device opens again and the file begins anew, in another phase: the tempo is back once that is found.
    await expect.poll(() => Math.abs(60 / ((live().at(-1)?.tempo ?? 0) || 1) - 60 / 124), PATIENCE).toBeLessThan(0.02);
    page.close();
  }, 120_000);
});

/** Sound in: how long the demo takes to make, and how fast files become samples, as multiples of real time. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesiseDemo } from '../../src/audio/demo.ts';
import { openAudio } from '../../src/audio/open.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { median } from '../../src/base/math.ts';

const ROUNDS = 3;
/** Copies of the 3 s fixture in a file: two minutes. */
const COPIES = 40;

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const folder = await mkdtemp(join(tmpdir(), 'latentbeat-audio-bench-'));
  const before = process.env['LATENTBEAT_CACHE'];
  try {
    const made: number[] = [];
    let demo = synthesiseDemo();
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      demo = synthesiseDemo();
      made.push((performance.now() - started) / 1000);
    }
    await writeWav(join(folder, 'demo.wav'), demo.samples, demo.sampleRate, demo.channels);
    const mp3 = await readFile(fileURLToPath(new URL('../fixtures/audio/clicks.mp3', import.meta.url)));
    const frames = mp3.subarray(mp3.indexOf(Buffer.from([0xff, 0xfb]), 200));
    await writeFile(join(folder, 'long.mp3'), Buffer.concat(Array.from({ length: COPIES }, () => frames)));
    const rows = [
      { what: 'demo synthesised', seconds: median(made), 'x real time': demo.samples.length / 2 / demo.sampleRate / median(made) },
      await timeOpening(folder, 'demo.wav'),
      await timeOpening(folder, 'long.mp3'),
    ];
    const speed = (what: string): number => Math.round(rows.find((row) => row.what === what)?.['x real time'] ?? 0);
    return { name: 'Sound in', rows, figures: { demoSynthesisSeconds: Number(median(made).toFixed(2)), wavOpenedXRealTime: speed('demo.wav'), mp3DecodedXRealTime: speed('long.mp3') } };
  } finally {
    if (before === undefined) delete process.env['LATENTBEAT_CACHE'];
    else process.env['LATENTBEAT_CACHE'] = before;
    await rm(folder, { recursive: true, force: true });
  }
}

/** Opens a file as new each round: hash, decode, cache. */
async function timeOpening(folder: string, name: string): Promise<{ what: string; seconds: number; 'x real time': number }> {
  const times: number[] = [];
  let duration = 0;
  for (let round = 0; round < ROUNDS; round++) {
    process.env['LATENTBEAT_CACHE'] = join(folder, `cache-${name}-${round}`);
    const started = performance.now();
    ({ duration } = await openAudio(join(folder, name)));
    times.push((performance.now() - started) / 1000);
  }
  return { what: name, seconds: median(times), 'x real time': duration / median(times) };
}

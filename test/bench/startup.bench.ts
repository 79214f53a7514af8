/**
 * From `npm start` to a ready show: time until `GET /api/health` says ok and until the first generated picture is there,
 * with a warm cache (the demo is decoded and analysed) and with a cold one. Medians; seconds of wall time.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { median } from '../../src/base/math.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const WARM_RUNS = 3;

interface Startup {
  readonly health: number;
  readonly picture: number;
}

async function measureStartup(cache: string): Promise<Startup> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, 'play', '--no-open', '--port', '4160', '--osc-port', '9160'], { env: { ...process.env, LATENTBEAT_CACHE: cache }, stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    const url = await stageUrl(child);
    const since = (): number => (performance.now() - started) / 1000;
    const health = await answered(`${url}/api/health`, child).then(since);
    const picture = await answered(`${url}/api/frame.png`, child).then(since);
    return { health, picture };
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

function stageUrl(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const url = /Stage\s+(http:\/\/\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.on('exit', () => reject(new Error(`play ended before it was ready: ${text}`)));
  });
}

/** Resolves when the address first answers 200. */
async function answered(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const status = await fetch(url).then((response) => response.status, () => 0);
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`play ended with ${child.exitCode} before ${url} answered`);
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const cache = mkdtempSync(join(tmpdir(), 'latentbeat-bench-'));
  try {
    const cold = await measureStartup(cache);
    const warm: Startup[] = [];
    for (let i = 0; i < WARM_RUNS; i++) warm.push(await measureStartup(cache));
    const health = median(warm.map((one) => one.health));
    const picture = median(warm.map((one) => one.picture));
    const round = (value: number): number => Math.round(value * 100) / 100;
    return {
      name: 'From start to the first picture (s)',
      rows: [
        { cache: 'warm', health: round(health), firstPicture: round(picture), limits: '8 / 10' },
        { cache: 'cold', health: round(cold.health), firstPicture: round(cold.picture), limits: '' },
      ],
      figures: { healthSeconds: round(health), firstPictureSeconds: round(picture), coldHealthSeconds: round(cold.health), coldFirstPictureSeconds: round(cold.picture) },
    };
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

/**
 * A render in a process of its own: our own command line with `--json-progress`, read line by line. The stage's process
 * keeps its event loop for frames and sound.
 */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { UserError } from '../../base/errors.ts';
import type { RenderProgress } from '../../protocol/messages.ts';
import type { RunningRender } from '../open-show.ts';

const SIZES: Readonly<Record<string, { readonly full: string; readonly draft: string }>> = {
  '16:9': { full: '1280x720', draft: '640x360' },
  '9:16': { full: '720x1280', draft: '360x640' },
  '1:1': { full: '1080x1080', draft: '480x480' },
};

export interface RenderCommand {
  readonly id: string;
  /** dist/main.js */
  readonly mainPath: string;
  readonly showPath: string;
  readonly out: string;
  readonly aspect: '16:9' | '9:16' | '1:1';
  readonly draft: boolean;
  readonly estimateOnly: boolean;
  /** Flags of the machine that play was started with, such as `--provider`. */
  readonly machineFlags?: readonly string[];
}

/** What `--json-progress` prints, as far as it is used here. */
interface News {
  readonly stage: string;
  readonly fraction?: number;
  readonly text?: string;
  readonly framesDone?: number;
  readonly framesTotal?: number;
  readonly framesPerSecond?: number;
  readonly secondsLeft?: number;
  readonly frames?: number;
  readonly seconds?: number;
}

export function startRenderProcess(command: RenderCommand, onProgress: (progress: RenderProgress) => void): RunningRender {
  const { id, mainPath, showPath, out, aspect, draft, estimateOnly, machineFlags = [] } = command;
  const size = (SIZES[aspect] as { full: string; draft: string })[draft ? 'draft' : 'full'];
  const flags = ['--size', size, '--force', '--json-progress', ...(draft ? ['--draft'] : []), ...(estimateOnly ? ['--estimate'] : []), ...machineFlags];
  const child = spawn(process.execPath, [mainPath, 'render', showPath, '--out', out, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => (lastWords = `${lastWords}${chunk.toString('utf8')}`.slice(-2000)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const news = readNews(line);
    if (news !== null) onProgress(progressOf(id, news, estimateOnly));
  });
  const done = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new UserError('device', lastLineOf(lastWords) || `The render ended with code ${code ?? 'none'}.`));
    });
  });
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  const forget = (): void => void process.off('exit', stop);
  done.then(forget, forget);
  return { done, cancel: stop };
}

function readNews(line: string): News | null {
  try {
    return JSON.parse(line) as News;
  } catch {
    return null;
  }
}

function progressOf(id: string, news: News, estimateOnly: boolean): RenderProgress {
  const { framesDone = 0, framesTotal = news.frames ?? 0, framesPerSecond = 0, secondsLeft = 0 } = news;
  const base = { id, framesDone, framesTotal, framesPerSecond, secondsLeft, url: '' };
  if (news.stage === 'opening') return { ...base, state: 'estimating', message: news.text ?? '' };
  if (news.stage !== 'result') return { ...base, state: 'running', message: news.stage === 'joining' ? 'joining the parts and the sound' : '' };
  if (estimateOnly) return { ...base, state: 'estimating', secondsLeft: news.seconds ?? 0, message: '' };
  return { ...base, state: 'running', framesDone: framesTotal, message: '' };
}

function lastLineOf(text: string): string {
  return text.trim().split('\n').at(-1)?.replace(/^error: /, '') ?? '';
}

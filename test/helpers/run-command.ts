/** Runs the compiled command line as a person would, in a process and a folder of its own. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  /** Lines of stderr, without npm's or Node's own warnings. */
  readonly complaints: readonly string[];
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs to the end. */
export function runCommand(args: readonly string[], { cwd, env = {} }: RunOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, timeout: 120_000, maxBuffer: 1 << 26 }, (fault, stdout, stderr) => {
      const code = fault === null ? 0 : typeof fault.code === 'number' ? fault.code : -1;
      resolve({ code, stdout, complaints: stderr.split('\n').filter((line) => line.trim() !== '') });
    });
  });
}

/** Starts a command that goes on; the caller ends it. */
export function startCommand(args: readonly string[], { cwd, env = {} }: RunOptions): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * The only place that writes to the terminal. Notices say what happened, that the show goes on, why, and what to do.
 * Everything goes to stderr, so that `--json` on stdout stays clean.
 */

export type Level = 'info' | 'warn' | 'error';

let quiet = false;
let statusShown = false;

/** Silences `info` and the status line (for `--quiet` and `--json`). */
export function setQuiet(value: boolean): void {
  quiet = value;
}

export function notify(level: Level, message: string): void {
  if (quiet && level === 'info') return;
  endStatus();
  console.error(level === 'info' ? message : `${level}: ${message}`);
}

/** A result on standard output, for people and scripts alike. */
export function print(text: string): void {
  endStatus();
  console.log(text);
}

/** Can a status line be redrawn in place? Otherwise say less, with `notify`. */
export function hasStatusLine(): boolean {
  return !quiet && typeof process === 'object' && process.stderr.isTTY;
}

/** Redraws one line at the bottom of the terminal, cut to its width; nothing where there is no terminal. */
export function showStatus(text: string): void {
  if (!hasStatusLine()) return;
  process.stderr.write(`\r\u001B[2K${text.slice(0, Math.max(20, process.stderr.columns - 1))}`);
  statusShown = true;
}

/** Leaves the status line as it stands and starts a new one. */
export function endStatus(): void {
  if (statusShown) process.stderr.write('\n');
  statusShown = false;
}

/**
 * The only place that writes to the terminal. Notices say what happened, that the show goes on, why, and what to do.
 * Everything goes to stderr, so that `--json` on stdout stays clean.
 */

export type Level = 'info' | 'warn' | 'error';

let quiet = false;

/** Silences `info` (for `--quiet` and `--json`). */
export function setQuiet(value: boolean): void {
  quiet = value;
}

export function notify(level: Level, message: string): void {
  if (quiet && level === 'info') return;
  console.error(level === 'info' ? message : `${level}: ${message}`);
}

/** A result on standard output, for people and scripts alike. */
export function print(text: string): void {
  console.log(text);
}

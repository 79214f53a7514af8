/** Whether a model fits into this machine before gigabytes are read: an allocation that fails ends the process. */

import { freemem, totalmem } from 'node:os';
import { UserError } from '../base/errors.ts';
import type { ModelFolder } from './folder.ts';

/** Weights are held once more while a graph is optimised, and pictures in the making need room. */
const SLACK = 1.3;
const ROOM_BYTES = 256 * 2 ** 20;
/** Small models are never refused: what is free changes by more than they need. */
const SMALL_BYTES = 512 * 2 ** 20;

/** Throws a UserError 'device' where the weights are larger than the memory that is free. An accelerator's memory is not known here. */
export function checkMemory({ name, bytes }: Pick<ModelFolder, 'name' | 'bytes'>, provider: string, free: number = freeBytes()): void {
  if (provider !== 'cpu' || bytes < SMALL_BYTES) return;
  const needed = bytes * SLACK + ROOM_BYTES;
  if (needed > free) throw new UserError('device', `${name} needs about ${gigabytes(needed)} of memory, and ${gigabytes(free)} of ${gigabytes(totalmem())} are free; close other programs or take a smaller model.`);
}

/** What a process may still use; within a container its limit counts. */
function freeBytes(): number {
  const available = (process as { availableMemory?: () => number }).availableMemory?.();
  return available ?? freemem();
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}

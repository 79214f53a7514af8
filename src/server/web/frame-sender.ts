/**
 * Frames out to the pages. Pages on this machine get raw RGBA, others JPEG, encoded once for all of them. A page that is some
 * frames behind skips frames until it has caught up, and then gets the newest of those that it has missed, so that one
 * slow page never holds memory, its own controls or the others.
 */

import sharp from 'sharp';
import { WebSocket } from 'ws';

import type { Frame } from '../../ahead/types.ts';
import type { Seconds, Tick } from '../../base/units.ts';
import { encodeFrame } from '../../protocol/frame.ts';
import type { ClientInfo } from './host.ts';
import { ReadMark } from './read-mark.ts';

/** A page is slow while this many frames wait in its socket on this side. */
const FRAMES_IN_FLIGHT = 2;
/** So many of the frames that a page has missed are sent again, once it reads. */
const CAUGHT_UP = 8;
const JPEG_QUALITY = 80;
/** A panel gets one frame in this much show time, and every cut. */
const MONITOR_INTERVAL: Seconds = 0.12;

export class FrameIntake {
  readonly mark = new ReadMark();
  /** Ticks of frames that were skipped and may still be wanted. */
  readonly missed = new Set<Tick>();
  skipped = 0;
  /** Due time of the last frame sent (s). */
  shownDue: Seconds = -Infinity;
}

export interface FramePage {
  readonly socket: WebSocket;
  readonly loopback: boolean;
  readonly info: ClientInfo | null;
  readonly intake: FrameIntake;
}

export class FrameSender {
  #jpegs: Promise<void> = Promise.resolve();
  #epoch = 0;

  /** `always`: the frames of a welcome or refill are sent whole, they are bounded by the look-ahead buffer. */
  send(pages: readonly FramePage[], frame: Frame, epoch: number, always = false): void {
    this.#epoch = epoch;
    const ready = pages.filter((page) => (always || !isSlow(page, frame)) && !isTooSoon(page, frame));
    const near = ready.filter((page) => page.loopback);
    if (near.length > 0) sendBytes(near, encodeFrame({ ...frame, encoding: 'rgba', epoch }, frame.pixels), always);
    const far = ready.filter((page) => !page.loopback);
    if (far.length > 0) this.#jpegs = this.#jpegs.then(() => sendJpeg(far, frame, epoch, always)).catch(() => undefined);
  }

  /** A pong of the page's. `frames`: those that the show still has. */
  hear(page: FramePage, pong: Uint8Array, frames: () => readonly Frame[]): void {
    const { mark, missed } = page.intake;
    mark.hear(pong);
    if (missed.size === 0 || mark.isBehind) return;
    // The newest lie furthest ahead; a page that is always slow must not be fed what has passed.
    const wanted = frames().filter(({ tick }) => missed.has(tick)).slice(-CAUGHT_UP);
    missed.clear();
    for (const frame of wanted) this.send([page], frame, this.#epoch);
  }
}

/** A panel's small monitor needs no more than some pictures a second; the rest of the line is the stage's. */
function isTooSoon({ info, intake }: FramePage, { due, cut }: Frame): boolean {
  if (info?.role !== 'panel') return false;
  const since = due - intake.shownDue;
  if (!cut && since >= 0 && since < MONITOR_INTERVAL) return true;
  intake.shownDue = due;
  return false;
}

function isSlow({ socket, intake, info }: FramePage, { tick, pixels }: Frame): boolean {
  const slow = socket.bufferedAmount > FRAMES_IN_FLIGHT * pixels.length || intake.mark.isBehind;
  if (slow) intake.skipped++;
  // A panel has enough of what comes.
  if (slow && info?.role !== 'panel') intake.missed.add(tick);
  return slow;
}

function sendBytes(pages: readonly FramePage[], bytes: Uint8Array, always: boolean): void {
  for (const { socket, intake } of pages) {
    if (socket.readyState !== WebSocket.OPEN) continue;
    socket.send(bytes, { binary: true });
    socket.ping(intake.mark.send(always));
  }
}

async function sendJpeg(pages: readonly FramePage[], frame: Frame, epoch: number, always: boolean): Promise<void> {
  const jpeg = await sharp(frame.pixels, { raw: { width: frame.width, height: frame.height, channels: 4 } }).jpeg({ quality: JPEG_QUALITY }).toBuffer();
  sendBytes(pages, encodeFrame({ ...frame, encoding: 'jpeg', epoch }, jpeg), always);
}

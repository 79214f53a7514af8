/**
 * MIDI time code in: quarter frames (eight of them make one address, over two frames) and whole-frame messages, at 24, 25,
 * 29.97 drop-frame and 30 frames a second; and a track that follows it. Pure. Source: MIDI time code specification.
 */

import type { Milliseconds, Seconds } from '../../base/units.ts';
import type { MidiMessage } from '../midi/midi-bytes.ts';

const RATES = [24, 25, 30_000 / 1001, 30] as const;
const PIECES = 8;
/** An address is two frames old when its last piece comes. */
const FRAMES_LATE = 2;

export class TimecodeReader {
  private readonly nibbles = new Uint8Array(PIECES);
  private seen = 0;
  private next = 0;

  /** The time that it is now, where the message completes an address. */
  push(message: MidiMessage): Seconds | null {
    if (message.kind === 'quarterFrame') return this.take(message.piece, message.nibble);
    return message.kind === 'sysex' ? readWholeFrame(message.bytes) : null;
  }

  /** Pieces out of order (tape backward, lost bytes) begin anew. */
  private take(piece: number, nibble: number): Seconds | null {
    if (piece !== this.next) this.seen = 0;
    if (piece === 0) this.seen = 0;
    this.nibbles[piece] = nibble;
    this.seen++;
    this.next = (piece + 1) % PIECES;
    if (piece !== PIECES - 1 || this.seen < PIECES) return null;
    const at = (i: number): number => (this.nibbles[i] as number) + 16 * (this.nibbles[i + 1] as number);
    const hours = at(6);
    const address = secondsOf(hours & 31, at(4) & 63, at(2) & 63, at(0) & 31, (hours >> 5) & 3);
    return address === null ? null : address.seconds + FRAMES_LATE / address.rate;
  }
}

/** `7F <device> 01 01 hh mm ss ff`. */
function readWholeFrame(bytes: Uint8Array): Seconds | null {
  if (bytes.length !== 8 || bytes[0] !== 0x7f || bytes[2] !== 1 || bytes[3] !== 1) return null;
  const [, , , , hours = 0, minutes = 0, seconds = 0, frames = 0] = bytes;
  return secondsOf(hours & 31, minutes, seconds, frames, (hours >> 5) & 3)?.seconds ?? null;
}

/** Drop-frame counting leaves out frames 0 and 1 of each minute that is no tenth. */
function secondsOf(hours: number, minutes: number, seconds: number, frames: number, code: number): { readonly seconds: Seconds; readonly rate: number } | null {
  const rate = RATES[code] as number;
  const whole = Math.round(rate);
  if (hours > 23 || minutes > 59 || seconds > 59 || frames >= whole) return null;
  const inMinutes = hours * 60 + minutes;
  const dropped = code === 2 ? 2 * (inMinutes - Math.floor(inMinutes / 10)) : 0;
  return { seconds: ((inMinutes * 60 + seconds) * whole + frames - dropped) / rate, rate };
}

/** What a track has to do to follow. */
export type ChaseOrder = { readonly kind: 'seek'; readonly to: Seconds } | { readonly kind: 'play' } | { readonly kind: 'pause' };

/** Farther off than this the track jumps; nearer is left to the ear. */
export const CHASE_TOLERANCE: Seconds = 0.08;
/** Jumps follow each other no closer than this: sound needs a moment to begin. */
const CHASE_REST: Milliseconds = 1500;
/** Without code for so long it has stopped (an address comes at least every 84 ms). */
const CHASE_SILENCE: Milliseconds = 250;

/** A track that follows time code. */
export class TimecodeChase {
  private last: { readonly time: Seconds; readonly at: Milliseconds } | null = null;
  private leads = false;
  private jumpedAt: Milliseconds = -Infinity;

  /** Code runs and leads. */
  get leading(): boolean {
    return this.leads;
  }

  /** An address came. Two that agree are needed to begin. */
  hear(time: Seconds, now: Milliseconds, track: { readonly time: Seconds; readonly playing: boolean }): ChaseOrder[] {
    const before = this.last;
    this.last = { time, at: now };
    const agrees = before !== null && Math.abs(time - before.time - (now - before.at) / 1000) < CHASE_TOLERANCE;
    if (!agrees) return [];
    this.leads = true;
    const orders: ChaseOrder[] = [];
    if (Math.abs(track.time - time) > CHASE_TOLERANCE && (now - this.jumpedAt > CHASE_REST || !track.playing)) {
      this.jumpedAt = now;
      orders.push({ kind: 'seek', to: time });
    }
    if (!track.playing) orders.push({ kind: 'play' });
    return orders;
  }

  /** Asked a few times a second. */
  tend(now: Milliseconds): ChaseOrder[] {
    if (!this.leads || (this.last !== null && now - this.last.at < CHASE_SILENCE)) return [];
    this.leads = false;
    this.last = null;
    return [{ kind: 'pause' }];
  }
}

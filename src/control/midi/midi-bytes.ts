/**
 * MIDI 1.0 bytes ↔ messages. Running status, real-time bytes in the middle of anything, system exclusive with a bound.
 * Junk is counted, never thrown. Channels are 1..16 as on every controller's label. Pure. Source: MIDI 1.0 specification.
 */

export type MidiMessage =
  /** Velocity 0 is the release, whichever of the two note-offs it came as. */
  | { readonly kind: 'note'; readonly channel: number; readonly note: number; readonly velocity: number }
  | { readonly kind: 'control'; readonly channel: number; readonly controller: number; readonly value: number }
  /** 0..16383, 8192 at rest. */
  | { readonly kind: 'pitch'; readonly channel: number; readonly value: number }
  | { readonly kind: 'program'; readonly channel: number; readonly program: number }
  | { readonly kind: 'pressure'; readonly channel: number; readonly note: number | null; readonly value: number }
  /** 24 a quarter note; and the transport of a sequencer. */
  | { readonly kind: 'clock' | 'start' | 'continue' | 'stop' | 'sensing' | 'reset' }
  /** In sixteenth notes (six clocks) from the start of the song. */
  | { readonly kind: 'position'; readonly sixteenths: number }
  /** One eighth of a time code address. */
  | { readonly kind: 'quarterFrame'; readonly piece: number; readonly nibble: number }
  /** Without F0 and F7. */
  | { readonly kind: 'sysex'; readonly bytes: Uint8Array };

/** Longest system exclusive message kept; longer ones are skipped and counted. */
export const MAX_SYSEX_BYTES = 1024;

const REALTIME: Readonly<Record<number, 'clock' | 'start' | 'continue' | 'stop' | 'sensing' | 'reset'>> = {
  0xf8: 'clock', 0xfa: 'start', 0xfb: 'continue', 0xfc: 'stop', 0xfe: 'sensing', 0xff: 'reset',
};

/** Reads a byte stream; keeps its place between chunks. */
export class MidiParser {
  private status = 0;
  private readonly data: number[] = [];
  private sysex: number[] | null = null;
  private faults = 0;

  /** Bytes and messages that meant nothing, since the start. */
  get bad(): number {
    return this.faults;
  }

  push(bytes: Iterable<number>): MidiMessage[] {
    const messages: MidiMessage[] = [];
    for (const byte of bytes) {
      const message = this.take(byte & 0xff);
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }

  private take(byte: number): MidiMessage | undefined {
    if (byte >= 0xf8) {
      const kind = REALTIME[byte];
      if (kind === undefined) this.faults++;
      return kind === undefined ? undefined : { kind };
    }
    return byte >= 0x80 ? this.begin(byte) : this.feed(byte);
  }

  private begin(status: number): MidiMessage | undefined {
    const sysex = this.sysex;
    this.sysex = null;
    if (this.data.length > 0) this.faults++;
    this.data.length = 0;
    if (status === 0xf7) {
      if (sysex === null || sysex.length > MAX_SYSEX_BYTES) this.faults++;
      this.status = 0;
      return sysex === null || sysex.length > MAX_SYSEX_BYTES ? undefined : { kind: 'sysex', bytes: Uint8Array.from(sysex) };
    }
    if (sysex !== null) this.faults++;
    if (status === 0xf0) this.sysex = [];
    // System common messages end running status.
    this.status = status === 0xf0 || dataLength(status) === 0 ? 0 : status;
    return undefined;
  }

  private feed(byte: number): MidiMessage | undefined {
    if (this.sysex !== null) {
      if (this.sysex.length <= MAX_SYSEX_BYTES) this.sysex.push(byte);
      return undefined;
    }
    if (this.status === 0) {
      this.faults++;
      return undefined;
    }
    this.data.push(byte);
    if (this.data.length < dataLength(this.status)) return undefined;
    const [first = 0, second = 0] = this.data;
    this.data.length = 0;
    const message = messageOf(this.status, first, second);
    if (this.status >= 0xf0) this.status = 0;
    return message;
  }
}

/** Bytes of a message; a note's release goes out as note-on with velocity 0. */
export function encodeMidi(message: MidiMessage): Uint8Array {
  switch (message.kind) {
    case 'note': return channelBytes(0x90, message.channel, message.note, message.velocity);
    case 'control': return channelBytes(0xb0, message.channel, message.controller, message.value);
    case 'pitch': return channelBytes(0xe0, message.channel, message.value & 0x7f, message.value >> 7);
    case 'program': return channelBytes(0xc0, message.channel, message.program);
    case 'pressure': return message.note === null ? channelBytes(0xd0, message.channel, message.value) : channelBytes(0xa0, message.channel, message.note, message.value);
    case 'position': return Uint8Array.of(0xf2, message.sixteenths & 0x7f, (message.sixteenths >> 7) & 0x7f);
    case 'quarterFrame': return Uint8Array.of(0xf1, (message.piece << 4) | message.nibble);
    case 'sysex': return Uint8Array.of(0xf0, ...message.bytes, 0xf7);
    case 'clock': return Uint8Array.of(0xf8);
    case 'start': return Uint8Array.of(0xfa);
    case 'continue': return Uint8Array.of(0xfb);
    case 'stop': return Uint8Array.of(0xfc);
    case 'sensing': return Uint8Array.of(0xfe);
    case 'reset': return Uint8Array.of(0xff);
  }
}

function channelBytes(status: number, channel: number, ...data: readonly number[]): Uint8Array {
  return Uint8Array.of(status | ((channel - 1) & 0x0f), ...data.map((byte) => byte & 0x7f));
}

function dataLength(status: number): number {
  if (status < 0xc0 || (status >= 0xe0 && status < 0xf0) || status === 0xf2) return 2;
  return status < 0xe0 || status === 0xf1 || status === 0xf3 ? 1 : 0;
}

function messageOf(status: number, first: number, second: number): MidiMessage | undefined {
  const channel = (status & 0x0f) + 1;
  switch (status < 0xf0 ? status & 0xf0 : status) {
    case 0x80: return { kind: 'note', channel, note: first, velocity: 0 };
    case 0x90: return { kind: 'note', channel, note: first, velocity: second };
    case 0xa0: return { kind: 'pressure', channel, note: first, value: second };
    case 0xb0: return { kind: 'control', channel, controller: first, value: second };
    case 0xc0: return { kind: 'program', channel, program: first };
    case 0xd0: return { kind: 'pressure', channel, note: null, value: first };
    case 0xe0: return { kind: 'pitch', channel, value: first | (second << 7) };
    case 0xf1: return { kind: 'quarterFrame', piece: first >> 4, nibble: first & 0x0f };
    case 0xf2: return { kind: 'position', sixteenths: first | (second << 7) };
    default: return undefined;
  }
}

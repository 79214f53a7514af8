/**
 * Packets in a byte stream, for OSC over TCP. OSC 1.1 frames them by SLIP with END at both ends (RFC 1055), OSC 1.0 by an
 * int32 length before each. The first byte tells: a SLIP stream begins with END (0xC0), a length that we accept with 0.
 * Pure: bytes in, packets out. An oversized packet is dropped and counted, and the stream goes on after it.
 */

const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

export type Framing = 'slip' | 'length';

/** One packet as SLIP. */
export function encodeSlip(packet: Uint8Array): Uint8Array {
  const bytes: number[] = [END];
  for (const byte of packet) {
    if (byte === END) bytes.push(ESC, ESC_END);
    else if (byte === ESC) bytes.push(ESC, ESC_ESC);
    else bytes.push(byte);
  }
  bytes.push(END);
  return Uint8Array.from(bytes);
}

/** One packet after its length. */
export function encodeLengthPrefixed(packet: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(packet.length + 4);
  new DataView(bytes.buffer).setUint32(0, packet.length);
  bytes.set(packet, 4);
  return bytes;
}

/** Reads packets of either framing from chunks of any size. */
export class PacketStream {
  private readonly limit: number;
  private readonly held: Uint8Array;
  private length = 0;
  private escaped = false;
  /** The packet at hand is too long or malformed: skipped to its end. */
  private skipping = false;
  private kind: Framing | undefined;
  /** Length-prefixed: bytes of the header still to come, then of the packet. */
  private header = 4;
  private left = 0;
  private faults = 0;

  /** `limit`: longest packet (bytes). */
  constructor(limit: number) {
    this.limit = limit;
    this.held = new Uint8Array(limit);
  }

  /** Undefined until the first byte. */
  get framing(): Framing | undefined {
    return this.kind;
  }

  /** Packets dropped since the start. */
  get bad(): number {
    return this.faults;
  }

  /** The packets that are complete with this chunk. */
  push(chunk: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (const byte of chunk) {
      this.kind ??= byte === END ? 'slip' : 'length';
      const packet = this.kind === 'slip' ? this.takeSlip(byte) : this.takeCounted(byte);
      if (packet !== undefined) packets.push(packet);
    }
    return packets;
  }

  private takeSlip(byte: number): Uint8Array | undefined {
    if (byte === END) return this.finish();
    if (this.escaped) {
      this.escaped = false;
      if (byte === ESC_END) this.keep(END);
      else if (byte === ESC_ESC) this.keep(ESC);
      else this.skipping = true;
    } else if (byte === ESC) this.escaped = true;
    else this.keep(byte);
    return undefined;
  }

  private takeCounted(byte: number): Uint8Array | undefined {
    if (this.header > 0) {
      this.left = this.left * 256 + byte;
      this.header--;
      if (this.header > 0 || this.left > 0) return undefined;
    } else {
      this.keep(byte);
      this.left--;
      if (this.left > 0) return undefined;
    }
    this.header = 4;
    this.left = 0;
    return this.finish();
  }

  private keep(byte: number): void {
    if (this.length >= this.limit) this.skipping = true;
    else this.held[this.length++] = byte;
  }

  private finish(): Uint8Array | undefined {
    const packet = this.skipping || this.length === 0 ? undefined : this.held.slice(0, this.length);
    if (this.skipping || this.escaped) this.faults++;
    const broken = this.escaped;
    this.length = 0;
    this.skipping = false;
    this.escaped = false;
    return broken ? undefined : packet;
  }
}

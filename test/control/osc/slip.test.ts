/** Packets in a byte stream: RFC 1055's own bytes, any chunking, junk, oversize. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/base/random.ts';
import { encodeLengthPrefixed, encodeSlip, PacketStream } from '../../../src/control/osc/slip.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('SLIP', () => {
  it('escapes END and ESC, with END at both ends', () => {
    expect([...encodeSlip(bytes(1, 0xc0, 2, 0xdb, 3))]).toEqual([0xc0, 1, 0xdb, 0xdc, 2, 0xdb, 0xdd, 3, 0xc0]);
  });

  it.each(['slip', 'length'] as const)('%s: random packets come back whole from chunks of any size', (framing) => {
    const random = randomFor(5, 'slip');
    const packets = Array.from({ length: 200 }, () => Uint8Array.from({ length: 1 + Math.floor(random.uniform() * 60) }, () => [0xc0, 0xdb, 0xdc, 0xdd, 7][Math.floor(random.uniform() * 5)] as number));
    const whole = join(...packets.map((packet) => (framing === 'slip' ? encodeSlip(packet) : encodeLengthPrefixed(packet))));
    const stream = new PacketStream(64);
    const heard: Uint8Array[] = [];
    for (let at = 0; at < whole.length;) {
      const size = 1 + Math.floor(random.uniform() * 90);
      heard.push(...stream.push(whole.subarray(at, at + size)));
      at += size;
    }
    expect(heard.map((packet) => [...packet])).toEqual(packets.map((packet) => [...packet]));
    expect(stream.framing).toBe(framing);
    expect(stream.bad).toBe(0);
  });

  it.each([[encodeSlip], [encodeLengthPrefixed]])('drops and counts what is too long, and goes on after it', (encode) => {
    const stream = new PacketStream(8);
    expect(stream.push(join(encode(new Uint8Array(9)), encode(bytes(1, 2)))).map((packet) => [...packet])).toEqual([[1, 2]]);
    expect(stream.bad).toBe(1);
  });

  it('drops a packet with a false escape, and one that ends in the middle of an escape', () => {
    const stream = new PacketStream(8);
    expect(stream.push(bytes(0xc0, 0xdb, 5, 0xc0, 0xc0, 1, 0xdb, 0xc0, 0xc0, 9, 0xc0)).map((packet) => [...packet])).toEqual([[9]]);
    expect(stream.bad).toBe(2);
  });

  it('holds no more than its limit, whatever comes', () => {
    const stream = new PacketStream(64);
    const random = randomFor(6, 'slip');
    for (let i = 0; i < 2000; i++) for (const packet of stream.push(Uint8Array.from({ length: 50 }, () => Math.floor(random.uniform() * 256)))) expect(packet.length).toBeLessThanOrEqual(64);
  });
});

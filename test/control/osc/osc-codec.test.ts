/** Packets: what is written is read, hand-made bytes of the specification are read, and no junk throws or runs away. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/base/random.ts';
import { decodePacket, encodeBundle, encodeMessage, MAX_ARGUMENTS, MAX_MESSAGES, MAX_NESTING, MAX_PACKET_BYTES } from '../../../src/control/osc/osc-codec.ts';

const padded = (text: string): Buffer => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(4 - (text.length % 4))]);
const raw = (address: string, tags: string, ...parts: Buffer[]): Buffer => Buffer.concat([padded(address), padded(tags), ...parts]);
const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};
const messagesOf = (bytes: Uint8Array): unknown[] => decodePacket(bytes).bundles.flatMap((bundle) => bundle.messages);

describe('OSC packets', () => {
  it('reads what it writes', () => {
    expect(messagesOf(encodeMessage('/walk/speed', [1.5]))).toEqual([{ address: '/walk/speed', args: [1.5] }]);
    expect(messagesOf(encodeMessage('/keep/go', [2, true, 'größer', false, 0]))).toEqual([{ address: '/keep/go', args: [2, 1, 'größer', 0, 0] }]);
    expect(messagesOf(encodeMessage('/keep', []))).toEqual([{ address: '/keep', args: [] }]);
  });

  it('reads every type of the specification, arrays flattened', () => {
    const long = Buffer.alloc(8);
    long.writeBigInt64BE(-7n);
    const blob = Buffer.concat([int(3), Buffer.from([1, 2, 3, 0])]);
    const bytes = raw('/x', ',ifdhsSTFNIb[ii]rc', int(5), Buffer.from([0x3f, 0x80, 0, 0]), double(0.25), long, padded('abc'), padded('sym'), blob, int(1), int(2), int(9), int(65));
    expect(messagesOf(bytes)).toEqual([{ address: '/x', args: [5, 1, 0.25, -7, 'abc', 'sym', true, false, null, true, null, 1, 2, 9, 65] }]);
  });

  it('reads a message without a type tag string', () => expect(messagesOf(padded('/keep'))).toEqual([{ address: '/keep', args: [] }]));

  it('reads a packet that lies inside a larger buffer, blobs included', () => {
    const packet = raw('/x', ',bi', Buffer.concat([int(2), Buffer.from([9, 9, 0, 0])]), int(3));
    const larger = Buffer.concat([Buffer.alloc(12, 0xff), packet, Buffer.alloc(8, 0xff)]);
    expect(messagesOf(larger.subarray(12, 12 + packet.length))).toEqual([{ address: '/x', args: [null, 3] }]);
  });

  it('keeps nested bundles, their order and their due times', () => {
    const inner = encodeBundle([encodeMessage('/b', [2]), encodeMessage('/c', [3])], 1_700_000_000_500);
    const decoded = decodePacket(encodeBundle([encodeMessage('/a', [1]), inner, encodeMessage('/d', [4])], 1_700_000_000_000));
    expect(decoded.bad).toBe(0);
    expect(decoded.bundles.map((bundle) => bundle.messages.map((message) => message.address))).toEqual([['/a', '/d'], ['/b', '/c']]);
    expect(decoded.bundles.map((bundle) => Math.round(bundle.due ?? 0))).toEqual([1_700_000_000_000, 1_700_000_000_500]);
  });

  it('never makes an inner bundle due before its outer one', () => {
    const inner = encodeBundle([encodeMessage('/b', [2])], 1_600_000_000_000);
    expect(Math.round(decodePacket(encodeBundle([inner], 1_700_000_000_000)).bundles[0]?.due ?? 0)).toBe(1_700_000_000_000);
  });

  it('keeps the good messages of a bundle and counts the bad', () => {
    const decoded = decodePacket(encodeBundle([encodeMessage('/a', [1]), raw('/b', ',q'), encodeMessage('/c', [3])]));
    expect(decoded.bad).toBe(1);
    expect(decoded.bundles[0]?.messages.map((message) => message.address)).toEqual(['/a', '/c']);
  });

  it.each<[string, Uint8Array]>([
    ['an empty packet', Buffer.alloc(0)],
    ['a length that is no multiple of four', Buffer.from('/ab', 'latin1')],
    ['too large a packet', Buffer.concat([padded('/x'), Buffer.alloc(MAX_PACKET_BYTES)])],
    ['no leading slash', raw('walk', ',i', int(1))],
    ['an address without end', Buffer.from('/abc/abc', 'latin1')],
    ['an address too long', raw(`/${'a'.repeat(200)}`, ',')],
    ['a missing integer', raw('/x', ',i')],
    ['a text without end', raw('/x', ',s', Buffer.from('abcd', 'latin1'))],
    ['a missing text', raw('/x', ',s')],
    ['a negative blob', raw('/x', ',b', int(-4))],
    ['a huge blob', raw('/x', ',b', int(0x7fffffff))],
    ['too many arguments', raw('/x', `,${'T'.repeat(MAX_ARGUMENTS + 1)}`)],
    ['a bundle cut short', Buffer.from('#bundle\0\0\0\0\0', 'latin1')],
    ['an element longer than its bundle', Buffer.concat([Buffer.from('#bundle\0', 'latin1'), Buffer.alloc(8), int(64), padded('/x')])],
    ['an element of no length', Buffer.concat([Buffer.from('#bundle\0', 'latin1'), Buffer.alloc(8), int(0), int(0)])],
  ])('counts %s as bad', (_, bytes) => {
    const decoded = decodePacket(bytes);
    expect(decoded.bad).toBe(1);
    expect(decoded.bundles).toEqual([]);
  });

  it('stops at the cap of nesting and of messages', () => {
    let nested = encodeMessage('/deep', [1]);
    for (let i = 0; i < MAX_NESTING; i++) nested = encodeBundle([nested]);
    expect(decodePacket(nested).bad).toBe(0);
    expect(decodePacket(encodeBundle([nested]))).toEqual({ bundles: [], bad: 1 });
    const many = decodePacket(encodeBundle(Array.from({ length: MAX_MESSAGES + 3 }, () => encodeMessage('/a', []))));
    expect([many.bundles[0]?.messages.length, many.bad]).toEqual([MAX_MESSAGES, 3]);
  });

  it('never throws on 20 000 random and mutated packets', () => {
    const random = randomFor(1, 'osc-fuzz');
    const seeds = [
      encodeMessage('/walk/speed', [1.5, 'text', true]),
      encodeBundle([encodeMessage('/walk/speed', [1]), encodeBundle([encodeMessage('/keep', [])], 1_700_000_000_000)]),
      raw('/x', ',ifdhsSTFNIb[ii]', Buffer.alloc(64)),
    ];
    let read = 0;
    let bad = 0;
    for (let i = 0; i < 20_000; i++) {
      const isMutant = i % 2 === 0;
      const bytes = isMutant ? Buffer.from(seeds[random.integer(seeds.length)] as Uint8Array) : Buffer.alloc(4 * random.integer(40));
      const changes = isMutant ? 1 + random.integer(6) : bytes.length;
      for (let c = 0; c < changes && bytes.length > 0; c++) bytes[isMutant ? random.integer(bytes.length) : c] = random.integer(256);
      const decoded = decodePacket(random.uniform() < 0.2 ? bytes.subarray(0, random.integer(bytes.length + 1)) : bytes);
      for (const message of decoded.bundles.flatMap((bundle) => bundle.messages)) {
        read++;
        expect(message.address.startsWith('/')).toBe(true);
        expect(message.args.length).toBeLessThanOrEqual(MAX_ARGUMENTS);
      }
      bad += decoded.bad;
    }
    expect(read).toBeGreaterThan(1000);
    expect(bad).toBeGreaterThan(1000);
  });
});

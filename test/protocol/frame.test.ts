import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, FRAME_HEADER_BYTES } from '../../src/protocol/frame.ts';

const header = { tick: 4_000_000_000, generation: 7, due: 12.25, height: 2, width: 3, encoding: 'rgba', cut: true, epoch: 5, cost: 14.5 } as const;

describe('frame header', () => {
  it('comes back as it went', () => {
    const pixels = Uint8Array.from({ length: 24 }, (_, i) => i * 10);
    const bytes = encodeFrame(header, pixels);
    expect(bytes.length).toBe(FRAME_HEADER_BYTES + 24);
    const back = decodeFrame(bytes.buffer as ArrayBuffer);
    expect(back.header).toEqual(header);
    expect([...back.payload]).toEqual([...pixels]);
  });

  it('carries where the walk is in between, and refuses a header that does not fit', () => {
    const pixels = Uint8Array.from({ length: 24 }, (_, i) => i * 10);
    const bytes = encodeFrame({ ...header, travel: { fromTick: 3_999_999_000, fractions: [-0.25, 0.5, 1.25] } }, pixels);
    const back = decodeFrame(bytes.buffer as ArrayBuffer);
    expect(back.header.travel).toEqual({ fromTick: 3_999_999_000, fractions: [-0.25, 0.5, 1.25] });
    expect([...back.payload]).toEqual([...pixels]);
    bytes[40] = 200;
    expect(() => decodeFrame(bytes.buffer as ArrayBuffer)).toThrow('does not fit');
  });

  it('refuses what is not a frame and another version', () => {
    expect(() => decodeFrame(new ArrayBuffer(10))).toThrow('not a latentbeat frame');
    const bytes = encodeFrame(header, new Uint8Array());
    bytes[4] = 99;
    expect(() => decodeFrame(bytes.buffer as ArrayBuffer)).toThrow('protocol 99');
  });
});

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { decodeHop, encodeHop } from '../../src/protocol/hop.ts';

describe('hop', () => {
  it('comes back as it was sent, from any place in a larger buffer', () => {
    const hop = { first: 2 ** 40 + 1, at: 1234.5678, samples: Float32Array.from({ length: 512 }, (_, i) => Math.sin(i)) };
    const bytes = new Uint8Array(encodeHop(hop));
    expect(decodeHop(bytes)).toEqual(hop);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeHop(shifted.subarray(3))).toEqual(hop);
  });

  it('refuses junk in one sentence and never reads past its end', () => {
    const random = randomFor(8, 'hops');
    const good = new Uint8Array(encodeHop({ first: 0, at: 0, samples: new Float32Array(8) }));
    for (let length = 0; length < good.length; length++) if ((length - 24) % 4 !== 0 || length < 28) expect(() => decodeHop(good.subarray(0, length))).toThrow(/sound hop/);
    for (let i = 0; i < 300; i++) expect(() => decodeHop(Uint8Array.from({ length: random.integer(400) }, () => random.integer(256)))).toThrow(/sound hop/);
  });
});

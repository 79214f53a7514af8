/** The noise generators by their properties; their values are in reference.test.ts. */

import { describe, expect, it } from 'vitest';
import { checkSeed, createGenerator, drawNoise, drawNoises } from '../../src/diffusion/rng/draw.ts';
import { RNG_KINDS } from '../../src/diffusion/rng/types.ts';
import { NoiseField, toolStations } from '../../src/diffusion/noise.ts';
import { cosineBetween } from '../../src/base/noise-math.ts';

const SHAPE = [4, 16, 16];
const FIELD = { channels: 4, height: 16, width: 16 };

describe.each(RNG_KINDS)('%s', (kind) => {
  it('is standard normal, and no two draws or seeds are alike', () => {
    const [a, b] = drawNoises(kind, 7, [4, 64, 64], 'float32', 2) as [Float32Array, Float32Array];
    const mean = a.reduce((sum, value) => sum + value, 0) / a.length;
    const square = a.reduce((sum, value) => sum + value * value, 0) / a.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(square - 1)).toBeLessThan(0.05);
    expect(Math.abs(cosineBetween(a, b))).toBeLessThan(0.04);
    expect(Math.abs(cosineBetween(a, drawNoise(kind, 8, [4, 64, 64])))).toBeLessThan(0.04);
  });

  it('a draw is the same however it is reached', () => {
    const generator = createGenerator(kind, 42);
    const one = [generator.randn(1024), generator.randn(1024), generator.randn(1024)];
    one.forEach((values, draw) => expect(drawNoise(kind, 42, SHAPE, 'float32', draw)).toEqual(values));
  });
});

describe('seeds', () => {
  it('go from 0 to 2^64 − 1', () => {
    expect(checkSeed(2n ** 64n - 1n)).toBe(2n ** 64n - 1n);
    for (const bad of [2n ** 64n, 2n ** 70n, -1n, -1, 0.5, 2 ** 60, Number.NaN]) expect(() => checkSeed(bad), String(bad)).toThrow(/from 0 to 18446744073709551615/);
    expect(() => createGenerator('numpy', 2 ** 32)).toThrow(/up to 4294967295/);
  });

  it('count by their low 32 bits for torch on a CPU, by all 64 for nv', () => {
    const far = 2n ** 40n + 42n;
    expect(drawNoise('torch-cpu', far, SHAPE)).toEqual(drawNoise('torch-cpu', 42, SHAPE));
    expect(drawNoise('nv', far, SHAPE)).not.toEqual(drawNoise('nv', 42, SHAPE));
  });
});

describe('step noise on a walk', () => {
  const field = new NoiseField(toolStations('torch-cpu'));
  const at = (position: number, draw: number): Float32Array => field.resolve({ from: 3, to: 9, position, orbit: 0, pushSeed: 0, pushAmount: 0 }, FIELD, draw);

  it('is the stream of the seed at both ends', () => {
    for (const draw of [0, 1, 4]) {
      expect(at(0, draw)).toEqual(drawNoise('torch-cpu', 3, SHAPE, 'float32', draw));
      expect(cosineBetween(at(1, draw), drawNoise('torch-cpu', 9, SHAPE, 'float32', draw))).toBeCloseTo(1, 6);
    }
  });

  it('moves as little as the initial noise, keeps its norm and never jumps', () => {
    for (const draw of [0, 1, 3]) {
      const path = Array.from({ length: 101 }, (_, i) => at(i / 100, draw));
      const steps = path.slice(1).map((point, i) => Math.hypot(...point.map((value, k) => value - (path[i]?.[k] as number))));
      expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.1);
      const norms = path.map((point) => Math.hypot(...point));
      expect(Math.max(...norms) / Math.min(...norms)).toBeLessThan(1.1);
    }
  });
});

/** Arc-length tables against a published reference, and the evenness they give on steep stretches. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { arcLengthTable, positionAt, refinedPositions, travelledAt } from '../../src/latent/arc-length.ts';
import { evennessOf } from '../../src/latent/differences.ts';

interface Golden { readonly arcLength: { readonly distances: number[]; readonly alphas_same_count: number[]; readonly alphas_11: number[] } }
const golden = (JSON.parse(readFileSync(new URL('../golden/interpolation.json', import.meta.url), 'utf8')) as Golden).arcLength;

describe('arcLengthTable', () => {
  it('agrees with the reference', () => {
    const positions = golden.distances.map((_, i) => i / golden.distances.length).concat(1);
    const table = arcLengthTable(positions, golden.distances, 0);
    for (const alphas of [golden.alphas_same_count, golden.alphas_11]) {
      alphas.forEach((alpha, i) => expect(positionAt(table, i / (alphas.length - 1))).toBeCloseTo(alpha, 9));
    }
  });

  it('is monotone, inverts itself and survives silence', () => {
    const table = arcLengthTable([0, 0.25, 0.5, 0.75, 1], [0, 0.4, 0, 0.1]);
    for (let i = 0; i < 50; i++) {
      expect(positionAt(table, (i + 1) / 50)).toBeGreaterThan(positionAt(table, i / 50));
      expect(travelledAt(table, positionAt(table, i / 50))).toBeCloseTo(i / 50, 9);
    }
    const still = arcLengthTable([0, 0.5, 1], [0, 0]);
    expect(positionAt(still, 0.3)).toBeCloseTo(0.3, 9);
    expect(() => arcLengthTable([0, 1], [])).toThrow('needs 1 differences');
  });

  it('makes a picture that switches in 3 % of the way change evenly', () => {
    const look = (position: number): number => 1 / (1 + Math.exp(-(position - 0.62) / 0.01)) + 0.05 * position;
    const differences = (positions: ArrayLike<number>): number[] => Array.from({ length: positions.length - 1 }, (_, i) => Math.abs(look(positions[i + 1] as number) - look(positions[i] as number)));
    const even = Array.from({ length: 17 }, (_, i) => i / 16);
    const fine = refinedPositions(arcLengthTable(even, differences(even)), 33);
    const table = arcLengthTable(fine, differences(fine));
    const frames = Array.from({ length: 90 }, (_, i) => positionAt(table, i / 89));
    const straight = Array.from({ length: 90 }, (_, i) => i / 89);
    expect(evennessOf(differences(straight)).variation).toBeGreaterThan(1.5);
    expect(evennessOf(differences(frames)).variation).toBeLessThan(0.25);
    expect(evennessOf(differences(frames)).maxOverMean).toBeLessThan(2);
  });
});

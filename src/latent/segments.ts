/**
 * Sized segments: measures a stretch between two places once and keeps its table. The probes depend on nothing but the two
 * places and the frame of the model, so live and export size the same stretch the same way.
 */

import type { LatentPoint } from '../diffusion/types.ts';
import type { Place } from '../score/modulation.ts';
import { placeKey } from '../score/place.ts';
import type { Unit } from '../base/units.ts';
import { arcLengthTable, positionAt, refinedPositions } from './arc-length.ts';
import type { ArcLengthTable } from './arc-length.ts';
import { pointBetween } from './point.ts';
import type { PointFrame } from './point.ts';

/** Probes of the first, even look, and of the second, at equal visible change of the first. */
const COARSE_PROBES = 17;
const FINE_PROBES = 33;

export type MeasureDifference = (points: readonly LatentPoint[]) => Promise<number[]>;

export class SegmentTables {
  readonly #measure: MeasureDifference;
  readonly #frame: PointFrame;
  readonly #tables = new Map<string, ArcLengthTable>();
  readonly #underWay = new Map<string, Promise<ArcLengthTable>>();

  constructor(measure: MeasureDifference, frame: PointFrame) {
    this.#measure = measure;
    this.#frame = frame;
  }

  /** The table of a stretch, measured once; a failed measurement is tried again at the next call. */
  async measure(from: Place, to: Place): Promise<ArcLengthTable> {
    const key = keyOf(from, to);
    const known = this.#tables.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) return known;
    const measuring = this.#probe(from, to);
    this.#underWay.set(key, measuring);
    try {
      const table = await measuring;
      this.#tables.set(key, table);
      return table;
    } finally {
      this.#underWay.delete(key);
    }
  }

  isMeasured(from: Place, to: Place): boolean {
    return this.#tables.has(keyOf(from, to));
  }

  /** Position in weight at a fraction of the visible change; the fraction itself while the stretch is not measured. */
  positionAt(from: Place, to: Place, fraction: Unit): Unit {
    const table = this.#tables.get(keyOf(from, to));
    return table === undefined ? fraction : positionAt(table, fraction);
  }

  async #probe(from: Place, to: Place): Promise<ArcLengthTable> {
    const coarse = Float64Array.from({ length: COARSE_PROBES }, (_, i) => i / (COARSE_PROBES - 1));
    const fine = refinedPositions(await this.#look(from, to, coarse), FINE_PROBES);
    return this.#look(from, to, fine);
  }

  async #look(from: Place, to: Place, positions: Float64Array): Promise<ArcLengthTable> {
    const points = Array.from(positions, (position) => pointBetween(from, to, position, this.#frame));
    return arcLengthTable(positions, await this.#measure(points));
  }
}

function keyOf(from: Place, to: Place): string {
  return `${placeKey(from)} → ${placeKey(to)}`;
}

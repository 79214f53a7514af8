/**
 * Where in the beat a stream is and how long its beats are: the forward algorithm over the states (period, phase) of the
 * bar-pointer model, one frame at a time (Krebs, Böck and Widmer 2015; the observation model of Böck, Krebs and Widmer 2014).
 * Periods change only at beats. About a million operations a second of sound.
 */

import type { Seconds, Unit } from '../../base/units.ts';
import { FRAME_RATE } from '../frames.ts';

/** Periods in frames: 55 to 222 BPM. */
const SHORTEST = 27;
const LONGEST = 109;
const COUNT = LONGEST - SHORTEST + 1;
/** A beat fills this part of its period. */
const PARTS = 16;
/** Cost (log) of a change of period by its own length, and the largest change (frames). */
const CHANGE_COST = 80;
const REACH = 6;
/** Tempo (BPM) that is likeliest before anything is heard, and the spread in octaves. */
const PRIOR_BPM = 118;
const PRIOR_OCTAVES = 0.6;

export interface PulseEstimate {
  /** From the newest frame to the next beat (> 0). */
  readonly toBeat: Seconds;
  readonly period: Seconds;
  /** Probability that lies near this reading. */
  readonly mass: Unit;
}

export class PulseFilter {
  /** Probabilities of the phases of each period, as a ring: phase 0 of period i lies at offset[i] + head[i]. */
  private readonly states: Float64Array;
  private readonly offsets = new Int32Array(COUNT + 1);
  private readonly heads = new Int32Array(COUNT);
  private readonly arriving = new Float64Array(COUNT);
  private readonly changes: Float64Array;

  constructor() {
    for (let i = 0; i < COUNT; i++) this.offsets[i + 1] = (this.offsets[i] as number) + SHORTEST + i;
    this.states = new Float64Array(this.offsets[COUNT] as number);
    this.changes = designChanges();
    for (let i = 0; i < COUNT; i++) {
      const octaves = Math.log2((60 * FRAME_RATE) / (SHORTEST + i) / PRIOR_BPM) / PRIOR_OCTAVES;
      this.states.fill(Math.exp(-0.5 * octaves * octaves) / (SHORTEST + i), this.offsets[i], this.offsets[i + 1]);
    }
  }

  /** One frame later, heard to hold a beat with probability `beat` (0 < beat < 1). */
  step(beat: Unit): void {
    this.turn();
    const off = (1 - beat) / (PARTS - 1);
    let sum = 0;
    for (let i = 0; i < COUNT; i++) {
      const period = SHORTEST + i;
      const start = this.offsets[i] as number;
      const head = this.heads[i] as number;
      const region = Math.max(1, Math.round(period / PARTS));
      for (let phase = 0; phase < period; phase++) {
        const at = start + ((head + phase) % period);
        const value = (this.states[at] as number) * (phase < region ? beat : off);
        this.states[at] = value;
        sum += value;
      }
    }
    const scale = 1 / sum;
    for (let i = 0; i < this.states.length; i++) this.states[i] = (this.states[i] as number) * scale + 1e-12;
  }

  /** Every phase moves on by a frame; what reaches the end of a period begins the next beat, perhaps of another period. */
  private turn(): void {
    for (let i = 0; i < COUNT; i++) {
      const period = SHORTEST + i;
      const head = ((this.heads[i] as number) + period - 1) % period;
      this.heads[i] = head;
      this.arriving[i] = this.states[(this.offsets[i] as number) + head] as number;
    }
    for (let to = 0; to < COUNT; to++) {
      let sum = 0;
      for (let d = -REACH; d <= REACH; d++) {
        const from = to + d;
        if (from >= 0 && from < COUNT) sum += (this.arriving[from] as number) * (this.changes[from * (2 * REACH + 1) + REACH - d] as number);
      }
      this.states[(this.offsets[to] as number) + (this.heads[to] as number)] = sum;
    }
  }

  /** The likeliest reading, averaged over the states near it. */
  estimate(): PulseEstimate {
    const [bestIndex, bestPhase] = this.likeliest();
    const bestPeriod = SHORTEST + bestIndex;
    const toBest = bestPeriod - bestPhase;
    let [mass, period, toBeat] = [0, 0, 0];
    for (let i = Math.max(0, Math.ceil(bestIndex - 0.06 * bestPeriod)); i <= Math.min(COUNT - 1, bestIndex + 0.06 * bestPeriod); i++) {
      const length = SHORTEST + i;
      const reach = Math.floor(0.1 * bestPeriod);
      for (let away = -reach; away <= reach; away++) {
        // A state that is past its beat by `-left` frames counts as near a beat that is yet to come, and the reverse.
        const left = toBest + away;
        const phase = (((length - left) % length) + length) % length;
        const value = this.states[(this.offsets[i] as number) + (((this.heads[i] as number) + phase) % length)] as number;
        mass += value;
        period += value * length;
        toBeat += value * left;
      }
    }
    return { toBeat: toBeat / mass / FRAME_RATE, period: period / mass / FRAME_RATE, mass };
  }

  private likeliest(): readonly [index: number, phase: number] {
    let best = -1;
    let place: readonly [number, number] = [0, 0];
    for (let i = 0; i < COUNT; i++) {
      const period = SHORTEST + i;
      const [start, head] = [this.offsets[i] as number, this.heads[i] as number];
      for (let phase = 0; phase < period; phase++) {
        const value = this.states[start + ((head + phase) % period)] as number;
        if (value > best) [best, place] = [value, [i, phase]];
      }
    }
    return place;
  }

  /** Believes a reading: most of the probability gathers around it. For passages in which nothing is heard. */
  settle(period: Seconds, toBeat: Seconds): void {
    const [frames, left] = [period * FRAME_RATE, toBeat * FRAME_RATE];
    this.states.fill(1e-9);
    for (let i = 0; i < COUNT; i++) {
      const length = SHORTEST + i;
      const offPeriod = (length - frames) / Math.max(0.6, 0.012 * frames);
      if (Math.abs(offPeriod) > 4) continue;
      for (let away = -4; away <= 4; away++) {
        const phase = (((Math.round(length - left) + away) % length) + length) % length;
        this.states[(this.offsets[i] as number) + (((this.heads[i] as number) + phase) % length)] = Math.exp(-0.5 * (offPeriod * offPeriod + (away / 1.5) ** 2));
      }
    }
  }
}

/** changes[from * (2 * REACH + 1) + REACH + d]: probability of going to the period `d` frames longer. */
function designChanges(): Float64Array {
  const changes = new Float64Array(COUNT * (2 * REACH + 1));
  for (let from = 0; from < COUNT; from++) {
    const row = Array.from({ length: 2 * REACH + 1 }, (_, d) => {
      const to = from + d - REACH;
      return to < 0 || to >= COUNT ? 0 : Math.exp(-CHANGE_COST * Math.abs((d - REACH) / (SHORTEST + from)));
    });
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, d) => (changes[from * (2 * REACH + 1) + d] = value / sum));
  }
  return changes;
}

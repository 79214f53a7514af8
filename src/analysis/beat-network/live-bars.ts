/**
 * Where in the bar a stream is, by the network's downbeats on the last beats: the bar model of the file analysis over a
 * window of beats. Another count is taken over only once it has won several beats in a row.
 */

import type { Seconds, Unit } from '../../base/units.ts';
import { OUTPUT_RATE } from './file-analysis.ts';
import { BAR_COSTS, findBarsOf } from './read-file.ts';

/** Beats the count is judged by, and those it takes to begin. */
const MEMORY = 32;
const LEAST = 3;
/** Beats in a row that another count must win. */
const PATIENCE = 2;
const DEFAULT_METRE = 4;
/** A downbeat shows within this time of its beat. */
const REACH: Seconds = 0.05;
/** Outputs kept. */
const KEPT = 4 * OUTPUT_RATE;

export class NetworkBars {
  metre = DEFAULT_METRE;
  private readonly heard: { readonly time: Seconds; readonly beat: Unit; readonly downbeat: Unit }[] = [];
  /** Announced beats of which not everything has been heard, and the downbeat shares of those of which it has. */
  private readonly waiting: Seconds[] = [];
  private readonly shares: number[] = [];
  private judged = 0;
  /** Index of some downbeat. */
  private anchor = 0;
  private rival = { anchor: 0, metre: DEFAULT_METRE, wins: 0 };

  /** An output of the network: probabilities at a time of the music. */
  hear(time: Seconds, beat: Unit, downbeat: Unit): void {
    this.heard.push({ time, beat, downbeat });
    if (this.heard.length > KEPT) this.heard.shift();
    while (this.waiting.length > 0 && (this.waiting[0] as number) + REACH <= time) this.judge(this.waiting.shift() as number);
  }

  /** A beat was announced. */
  announce(time: Seconds): void {
    this.waiting.push(time);
  }

  /** Position in the bar of the beat with this index (1 = downbeat), by what is known now. */
  positionOf(index: number): number {
    return ((((index - this.anchor) % this.metre) + this.metre) % this.metre) + 1;
  }

  private judge(time: Seconds): void {
    const near = this.heard.filter((output) => Math.abs(output.time - time) <= REACH);
    const most = near.reduce((largest, { downbeat }) => Math.max(largest, downbeat), 0);
    const any = near.reduce((largest, { beat }) => Math.max(largest, beat), 0);
    this.shares.push(most / Math.max(any, most, 0.1));
    if (this.shares.length > MEMORY) this.shares.shift();
    this.judged++;
    if (this.judged >= LEAST) this.count();
  }

  private count(): void {
    const { positions, metres } = findBarsOf(this.shares, BAR_COSTS);
    const metre = metres.at(-1) as number;
    const anchor = this.judged - (positions.at(-1) as number);
    if (metre === this.metre && (anchor - this.anchor) % metre === 0) {
      this.rival = { anchor, metre, wins: 0 };
      return;
    }
    const isSame = metre === this.rival.metre && (anchor - this.rival.anchor) % metre === 0;
    this.rival = { anchor, metre, wins: isSame ? this.rival.wins + 1 : 1 };
    if (this.rival.wins < PATIENCE && this.judged > LEAST) return;
    [this.anchor, this.metre] = [anchor, metre];
    this.rival = { anchor, metre, wins: 0 };
  }
}

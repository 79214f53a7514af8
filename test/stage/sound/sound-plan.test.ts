/** The sound of a looped track: whatever is set while it plays, each sample sounds when it should, without a gap or a double. */

import { describe, expect, it } from 'vitest';
import { playOn, type Loop } from '../../../src/base/loop.ts';
import { randomFor } from '../../../src/base/random.ts';
import { SoundPlan } from '../../../src/stage/sound/sound-plan.ts';

const RATE = 1000;

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly sample: number;
}

/** Plays as the player does: pieces of 4 s up to 9 s ahead, cut where the plan says so. */
class Player {
  readonly plan = new SoundPlan(0, 0, RATE);
  pieces: Piece[] = [];

  fill(now: number): void {
    while (this.plan.next.at <= now + 9) {
      const length = this.plan.pieceLength(4 * RATE);
      const { at, sample } = this.plan.next;
      this.pieces.push({ from: at, to: at + length / RATE, sample });
      this.plan.add(length, now);
    }
  }

  setLoop(loop: Loop | null, now: number): void {
    const cut = this.plan.setLoop(loop === null ? null : { start: Math.round(loop.start * RATE), end: Math.round(loop.end * RATE) }, now);
    if (cut !== null) this.pieces = this.pieces.filter(({ from }) => from < cut).map((piece) => ({ ...piece, to: Math.min(piece.to, cut) }));
    this.fill(now);
  }
}

describe('the plan of a looped sound', () => {
  it('lays pieces without gap or overlap, and says which sample sounds, through loops set, moved and let go', () => {
    for (let round = 0; round < 40; round++) {
      const random = randomFor(3, `round ${round}`);
      const player = new Player();
      player.fill(0);
      let loop: Loop | null = null;
      let place = 0;
      let changeAt = 0;
      for (let step = 0; step < 30; step++) {
        const next = changeAt + random.integer(4000) / RATE;
        place = playOn(place, next - changeAt, loop);
        changeAt = next;
        player.fill(changeAt);
        expect(player.plan.sampleAt(changeAt) / RATE).toBeCloseTo(place, 6);
        const start = Math.max(0, Math.round(place * RATE) + random.integer(6000) - 4000);
        loop = random.uniform() < 0.3 ? null : { start: start / RATE, end: (start + 100 + random.integer(5000)) / RATE };
        player.setLoop(loop, changeAt);
        expect(player.plan.sampleAt(changeAt) / RATE).toBeCloseTo(place, 6);
        for (let ahead = 0.0005; ahead < 8; ahead += 0.37) {
          const at = changeAt + ahead;
          const sounding = player.pieces.filter(({ from, to }) => from <= at && at < to);
          expect(sounding.length).toBe(1);
          const { from, sample } = sounding[0] as Piece;
          expect((sample + (at - from) * RATE) / RATE).toBeCloseTo(playOn(place, ahead, loop), 6);
        }
      }
    }
  });

  it('turns on the sample', () => {
    const player = new Player();
    player.setLoop({ start: 1.003, end: 2.501 }, 0);
    expect(player.pieces.slice(0, 4)).toEqual([
      { from: 0, to: 2.501, sample: 0 },
      { from: 2.501, to: expect.closeTo(3.999, 9) as number, sample: 1003 },
      { from: expect.closeTo(3.999, 9) as number, to: expect.closeTo(5.497, 9) as number, sample: 1003 },
      { from: expect.closeTo(5.497, 9) as number, to: expect.closeTo(6.995, 9) as number, sample: 1003 },
    ]);
  });
});

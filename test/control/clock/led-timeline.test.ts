/** A led grid: past beats stay, the beat goes where the clock says, and the ear's grid comes back. */

import { describe, expect, it } from 'vitest';
import { LedTimeline } from '../../../src/control/clock/led-timeline.ts';
import { TempoClock } from '../../../src/control/clock/tempo.ts';
import { placeInGrid } from '../../../src/timeline/timeline.ts';
import { syntheticTimeline } from '../../helpers/synthetic-timeline.ts';

describe('led timeline', () => {
  it('follows the clock in tempo, phase and bar, and never moves what has passed', () => {
    const ear = syntheticTimeline();
    const led = new LedTimeline(ear);
    expect(led.grid).toBe(ear.grid);
    const clock = new TempoClock({ now: 0, tempo: 90 });
    let before = led.grid;
    for (let ms = 10_000; ms < 40_000; ms += 50) {
      if (ms === 20_000) clock.setTempo(ms, 140);
      if (ms === 30_000) clock.setDownbeat(ms);
      const place = clock.placeAt(ms);
      led.lead(place, ms / 1000);
      const seen = placeInGrid(led.grid, ms / 1000);
      // Two beats after a change the foretold beats are those of the clock.
      const settled = ms % 10_000 > 1500;
      if (settled) expect(Math.abs(seen.phase - place.phase - Math.round(seen.phase - place.phase))).toBeLessThan(0.02);
      if (settled && ms % 1000 === 500) expect(seen.positionInBar).toBe(place.positionInBar);
      const { beats } = led.grid;
      expect(beats.every((beat, i) => i === 0 || beat > (beats[i - 1] as number))).toBe(true);
      const passed = before.beats.filter((beat) => beat < ms / 1000 - 1);
      expect(passed.every((beat, i) => beats[i] === beat)).toBe(true);
      before = led.grid;
    }
    led.lead(null, 40);
    expect(led.grid).toBe(ear.grid);
  });
});

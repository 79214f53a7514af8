/** The front end and both forms of the network give the numbers that their Python twins gave (training/beat_network/fixture.py). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BEAT_MODEL, causalWeights, openBeatNetwork } from '../../../src/analysis/beat-model.ts';
import { CausalBeatNetwork } from '../../../src/analysis/beat-network/causal.ts';
import { MEL_BANDS, MelFrontEnd } from '../../../src/analysis/beat-network/front-end.ts';
import { FrameAnalyzer } from '../../../src/analysis/frames.ts';
import { measureTrack } from '../../../src/analysis/measure.ts';
import { createSession } from '../../../src/onnx/session.ts';
import { sourceOf } from '../tracks.ts';

interface Fixture {
  readonly rate: number;
  readonly seconds: number;
  readonly level: number;
  readonly frames: Readonly<Record<string, readonly number[]>>;
  readonly offline: readonly (readonly [number, number])[];
  readonly causal: readonly (readonly [number, number])[];
  readonly every: number;
}
const fixture = JSON.parse(readFileSync(new URL('../../fixtures/beat-network.json', import.meta.url), 'utf8')) as Fixture;

/** The sound of fixture.py. */
function sound(): Float32Array {
  return Float32Array.from({ length: fixture.rate * fixture.seconds }, (_, i) => {
    const t = i / fixture.rate;
    const since = t % 0.5;
    const tone = (hertz: number): number => Math.sin(2 * Math.PI * hertz * t);
    return 0.4 * Math.exp(-20 * since) * tone(80) + 0.1 * Math.exp(-60 * since) * tone(5000) + 0.05 * tone(440) + 0.05 * tone(554.37);
  });
}

function framesOf(samples: Float32Array, rate: number, gain: number): Float32Array[] {
  const rows: Float32Array[] = [];
  const frames = new FrameAnalyzer(rate, ({ magnitudes }) => {
    const row = new Float32Array(MEL_BANDS);
    front.apply(magnitudes, gain, row);
    rows.push(row);
  });
  const front = new MelFrontEnd(frames.rate, frames.windowLength);
  frames.push(samples);
  frames.finish();
  return rows;
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a, (value, i) => Math.abs(value - (b[i] as number))).reduce((most, off) => Math.max(most, off), 0);

describe('beat network', () => {
  const rows = framesOf(sound(), fixture.rate, 0.1 / fixture.level);

  it('sees the frames that training saw', () => {
    for (const [index, expected] of Object.entries(fixture.frames)) expect(worst(expected, rows[Number(index)]!)).toBeLessThan(2e-3);
  });

  it('answers causally, frame by frame, as the trained network does', () => {
    const network = new CausalBeatNetwork(causalWeights()!);
    const answers = rows.filter((row) => network.push(row)).length;
    expect(answers).toBe(Math.ceil(rows.length / 2));
    const again = new CausalBeatNetwork(causalWeights()!);
    let output = 0;
    for (const row of rows) {
      if (!again.push(row)) continue;
      const expected = fixture.causal[output / fixture.every];
      if (output % fixture.every === 0 && expected !== undefined) expect(worst(expected, [again.beat, again.downbeat])).toBeLessThan(5e-3);
      output++;
    }
  });

  it('answers over a file as the trained network does', async () => {
    const measured = await measureTrack(sourceOf(sound(), fixture.rate), { network: (await openBeatNetwork())! });
    fixture.offline.forEach((expected, i) => {
      const n = i * fixture.every;
      expect(worst(expected, [measured.pulse!.beat[n]!, measured.pulse!.downbeat[n]!])).toBeLessThan(5e-3);
    });
  });

  it('hears the same at other sample rates', () => {
    const hertz = 48_000;
    const resampled = Float32Array.from({ length: hertz * 2 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / hertz) * Math.exp(-5 * ((i / hertz) % 0.5)));
    const original = Float32Array.from({ length: 44_100 * 2 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / 44_100) * Math.exp(-5 * ((i / 44_100) % 0.5)));
    const [a, b] = [framesOf(resampled, hertz, 1), framesOf(original, 44_100, 1)];
    // Windows differ by a few per cent in length, so levels differ a little; nothing is out of place.
    expect(worst(a[75]!, b[75]!)).toBeLessThan(0.4);
  });

  it('gives over a long track, in chunks, what one run over the whole gives', async () => {
    const long = Float32Array.from({ length: 44_100 * 75 }, (_, i) => pulseAt(i));
    const network = (await openBeatNetwork())!;
    const frames = new FrameAnalyzer(44_100, (frame) => network.take(frame));
    network.begin(frames.rate, frames.windowLength, 1);
    frames.push(long);
    const early = await network.soFar();
    await network.advance();
    frames.finish();
    const chunked = await network.finish();
    const rows = framesOf(long, 44_100, 1);
    const session = await createSession(join(BEAT_MODEL, 'file-analysis.onnx'));
    const { probabilities } = await session.run({ frames: { data: Float32Array.from(rows.flatMap((row) => [...row])), dims: [1, rows.length, MEL_BANDS] } });
    const whole = (probabilities!.data as Float32Array).slice();
    await session.release();
    expect(chunked.beat.length).toBe(Math.ceil(rows.length / 2));
    expect(worst(chunked.beat, whole.filter((_, i) => i % 2 === 0))).toBeLessThan(1e-4);
    expect(worst(chunked.downbeat, whole.filter((_, i) => i % 2 === 1))).toBeLessThan(1e-4);
    expect(worst(early.beat.subarray(0, 3000), chunked.beat)).toBeLessThan(1e-4);
  });
});

const pulseAt = (i: number): number => 0.4 * Math.exp(-20 * ((i / 44_100) % 0.5)) * Math.sin((2 * Math.PI * 80 * i) / 44_100);

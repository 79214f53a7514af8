/**
 * The music at one score tick, as the routes and the walk need it. A track's timeline is complete, so a moment can be
 * worked out again at any time. A live timeline grows: there the first answer for a tick is kept, so that the same tick
 * never answers twice differently (design rule 1). Times in seconds of show time.
 */

import { clamp, lastIndexAtOrBefore, lerp, wrap } from '../base/math.ts';
import { secondsOfTick } from '../base/units.ts';
import type { Bpm, Seconds, Tick, Unit } from '../base/units.ts';
import { CURVE_NAMES, curveAt, placeInGrid, STEM_CURVE_NAMES, timeOfBeat } from '../timeline/timeline.ts';
import type { BeatGrid, CurveName, Section, Timeline } from '../timeline/timeline.ts';

/** Bars in a phrase: accents and rests are counted in it. */
export const PHRASE_BARS = 8;
/** A drop is felt for this many bars. */
export const DROP_BARS = 8;
/** Seconds around a beat in which its hits are looked for. */
const BEAT_WINDOW = { before: 0.06, after: 0.08 };
/** Live moments older than this are forgotten. */
export const LIVE_MEMORY_TICKS = 120 * 300;

export interface Moment {
  readonly tick: Tick;
  readonly time: Seconds;
  /** In the order of CURVE_NAMES, then each stem's in that of STEM_CURVE_NAMES; `chroma` unwrapped to a smooth 0..1. */
  readonly curves: Float64Array;
  readonly beatIndex: number;
  readonly phase: Unit;
  readonly positionInBar: number;
  readonly bar: number;
  readonly metre: number;
  readonly tempo: Bpm;
  readonly nextBeatTime: Seconds;
  readonly nextDownbeat: Seconds;
  readonly beatSeconds: Seconds;
  readonly barSeconds: Seconds;
  /** The grid is good enough to move ahead of the beat. */
  readonly trusted: boolean;
  /** 0 → 1 along a build-up, 0 outside one. */
  readonly buildUp: Unit;
  /** 1 at a drop, falling to 0. */
  readonly drop: Unit;
  readonly silence: Unit;
  /** The last beat of a build-up: everything holds its breath. */
  readonly holding: boolean;
  /** Index of the section in the timeline, -1 for none. */
  readonly section: number;
  /** Index of its label in order of first appearance. */
  readonly label: number;
  /** This phrase has no pulses. */
  readonly resting: boolean;
}

/** Place of a curve in `Moment.curves`. */
export const CURVE_INDEX = Object.fromEntries(CURVE_NAMES.map((name, index) => [name, index])) as Readonly<Record<CurveName, number>>;

export class MomentSource {
  readonly timeline: Timeline;
  readonly live: boolean;
  readonly #kept = new Map<Tick, Moment>();
  readonly #keptStrengths = new Map<Tick, Float64Array>();
  #guessing = false;
  readonly #labels: readonly number[];
  readonly #starts: readonly Seconds[];
  readonly #downbeats: Float64Array;
  readonly #resting: ReadonlySet<number>;
  readonly #stemPlaces: ReadonlyMap<string, number>;

  constructor(timeline: Timeline, live: boolean) {
    this.timeline = timeline;
    this.live = live;
    const order = [...new Set(timeline.sections.map(({ label }) => label))];
    this.#labels = timeline.sections.map(({ label }) => order.indexOf(label));
    this.#starts = timeline.sections.map(({ start }) => start);
    this.#downbeats = live ? new Float64Array(0) : downbeatsOf(timeline.grid);
    this.#resting = live ? new Set() : restingPhrases(timeline);
    const stemNames = (timeline.stems ?? []).flatMap(({ name }) => STEM_CURVE_NAMES.map((curve) => `${name}.${curve}`));
    this.#stemPlaces = new Map(stemNames.map((name, index) => [name, CURVE_NAMES.length + index]));
  }

  /** Place in `Moment.curves` of a curve or a stem's curve ('drums.kick'); undefined for what this timeline does not have. */
  placeOf(feature: string): number | undefined {
    return (CURVE_INDEX[feature as CurveName] as number | undefined) ?? this.#stemPlaces.get(feature);
  }

  /** Looks at live moments without keeping what it sees: for guesses at what comes. */
  guess<T>(look: () => T): T {
    const before = this.#guessing;
    this.#guessing = true;
    try {
      return look();
    } finally {
      this.#guessing = before;
    }
  }

  at(tick: Tick): Moment {
    if (!this.live) return this.#read(tick);
    const kept = this.#kept.get(tick);
    if (kept !== undefined) return kept;
    const moment = this.#read(tick);
    if (this.#guessing) return moment;
    this.#kept.set(tick, moment);
    this.#kept.delete(tick - LIVE_MEMORY_TICKS);
    return moment;
  }

  /** How hard each curve hits on the coming beat, in the order of `Moment.curves`. Live: on the same beat one bar ago. */
  strengthsOfNextBeat(moment: Moment): Float64Array {
    if (!this.live) return this.#strengthsAround(moment.nextBeatTime);
    const kept = this.#keptStrengths.get(moment.tick);
    if (kept !== undefined) return kept;
    const strengths = this.#strengthsAround(moment.nextBeatTime - moment.barSeconds);
    if (this.#guessing) return strengths;
    this.#keptStrengths.set(moment.tick, strengths);
    this.#keptStrengths.delete(moment.tick - LIVE_MEMORY_TICKS);
    return strengths;
  }

  /** Time of the `count`-th downbeat after the moment (1 = the next). */
  downbeatAhead(moment: Moment, count: number): Seconds {
    if (!this.live) {
      const next = lastIndexAtOrBefore(this.#downbeats, moment.time + 1e-9) + count;
      const known = this.#downbeats[next];
      if (known !== undefined) return known;
      const last = this.#downbeats.length - 1;
      if (last >= 0 && next > last) return (this.#downbeats[last] as number) + (next - last) * moment.barSeconds;
    }
    return moment.nextDownbeat + (count - 1) * moment.barSeconds;
  }

  sectionAt(index: number): Section | undefined {
    return this.timeline.sections[index];
  }

  #read(tick: Tick): Moment {
    const { timeline } = this;
    const time = secondsOfTick(tick);
    const place = placeInGrid(timeline.grid, time);
    const metre = Math.max(1, timeline.grid.metre);
    const beatSeconds = 60 / place.tempo;
    const toDownbeat = metre - ((place.positionInBar - 1) % metre);
    const section = this.live ? -1 : Math.max(timeline.sections.length > 0 ? 0 : -1, lastIndexAtOrBefore(this.#starts, time + 1e-9));
    return {
      tick, time, metre, beatSeconds, section,
      curves: readCurves(timeline, time),
      beatIndex: place.index,
      phase: place.phase,
      positionInBar: place.positionInBar,
      bar: place.bar,
      tempo: place.tempo,
      nextBeatTime: timeOfBeat(timeline.grid, place.index + 1),
      nextDownbeat: this.#nextDownbeat(time) ?? timeOfBeat(timeline.grid, place.index + toDownbeat),
      barSeconds: beatSeconds * metre,
      trusted: timeline.grid.beats.length > 1 && timeline.grid.confidence >= (this.live ? 0.6 : 0.2),
      ...readEvents(timeline, time, beatSeconds, metre),
      label: this.#labels[section] ?? 0,
      resting: this.#resting.has(Math.floor(place.bar / PHRASE_BARS)),
    };
  }

  #nextDownbeat(time: Seconds): Seconds | undefined {
    return this.#downbeats[lastIndexAtOrBefore(this.#downbeats, time + 1e-9) + 1];
  }

  #strengthsAround(time: Seconds): Float64Array {
    const { rate, curvesFrom = 0 } = this.timeline;
    const first = Math.max(0, Math.floor((time - curvesFrom - BEAT_WINDOW.before) * rate));
    const last = Math.ceil((time - curvesFrom + BEAT_WINDOW.after) * rate);
    return Float64Array.from(allCurves(this.timeline), (curve) => {
      let best = 0;
      for (let i = first; i <= last && i < curve.length; i++) best = Math.max(best, curve[i] as number);
      return best;
    });
  }
}

/** The track's curves, then the stems'. A live timeline's arrays change as it grows, so they are looked up each time. */
function allCurves({ curves, stems }: Timeline): Float32Array[] {
  const own = CURVE_NAMES.map((name) => curves[name]);
  for (const stem of stems ?? []) for (const name of STEM_CURVE_NAMES) own.push(stem.curves[name]);
  return own;
}

/** All curves at once: they share rate and length, so the place is worked out once (linear, held flat outside). */
function readCurves(timeline: Timeline, time: Seconds): Float64Array {
  const { curves, rate, curvesFrom = 0 } = timeline;
  const all = allCurves(timeline);
  const values = new Float64Array(all.length);
  const last = curves.energy.length - 1;
  const place = clamp((time - curvesFrom) * rate, 0, Math.max(0, last));
  const index = Math.floor(place);
  const next = Math.min(index + 1, last);
  all.forEach((curve, i) => {
    const here = curve[index] ?? 0;
    values[i] = lerp(here, curve[next] ?? here, place - index);
  });
  values[CURVE_INDEX.chroma] = 0.5 + 0.5 * Math.sin(2 * Math.PI * (values[CURVE_INDEX.chroma] as number));
  return values;
}

function readEvents(timeline: Timeline, time: Seconds, beatSeconds: Seconds, metre: number): Pick<Moment, 'buildUp' | 'drop' | 'silence' | 'holding'> {
  let buildUp = 0;
  let drop = 0;
  let silence = 0;
  let holding = false;
  for (const event of timeline.events) {
    const since = time - event.start + 1e-9;
    if (since < 0) continue;
    const inside = time < event.end;
    if (event.kind === 'build-up' && inside) {
      buildUp = since / (event.end - event.start);
      holding = event.end - time < beatSeconds;
    }
    if (event.kind === 'silence' && inside) silence = 1;
    if (event.kind === 'drop') drop = Math.max(drop, 1 - since / (DROP_BARS * metre * beatSeconds));
  }
  return { buildUp, drop, silence, holding };
}

function downbeatsOf(grid: BeatGrid): Float64Array {
  return grid.beats.filter((_, index) => grid.positions[index] === 1);
}

/** One phrase of every four rests from pulses: the quietest of each whole block. */
function restingPhrases(timeline: Timeline): Set<number> {
  const sums = new Map<number, { energy: number; beats: number }>();
  for (const time of timeline.grid.beats) {
    const phrase = Math.floor(placeInGrid(timeline.grid, time).bar / PHRASE_BARS);
    const sum = sums.get(phrase) ?? { energy: 0, beats: 0 };
    sums.set(phrase, { energy: sum.energy + curveAt(timeline, 'energy', time), beats: sum.beats + 1 });
  }
  const resting = new Set<number>();
  for (let block = 0; sums.has(block + 3); block += 4) {
    const mean = (phrase: number): number => (sums.get(phrase)?.energy ?? 0) / Math.max(1, sums.get(phrase)?.beats ?? 1);
    resting.add([block, block + 1, block + 2, block + 3].reduce((quietest, phrase) => (mean(phrase) < mean(quietest) ? phrase : quietest)));
  }
  return resting;
}

/** Bar within its phrase, 0..PHRASE_BARS-1. */
export function barInPhrase(bar: number): number {
  return wrap(bar, PHRASE_BARS);
}

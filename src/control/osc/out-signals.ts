/**
 * What the show tells the outside all the time, under /out/: the beat for other programs, the dominant colours for the
 * lights. Declared once: OSC streams and OSCQuery nodes come from here. Pure; time is an argument (monotonic ms).
 * Absolute seconds are not sent: as float32 they step by 1 ms after 3 h. The place within beat and bar is.
 */

import type { Bpm, Milliseconds, Unit } from '../../base/units.ts';

/** OSC type tags of an output: i int32, f float32, s text. */
export type OutTypes = 'i' | 'f' | 's' | 'fff';

export interface OutSignal {
  readonly path: string;
  readonly types: OutTypes;
  readonly help: string;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** Sent on its event and never thinned; otherwise at most 30 a second, when it differs. */
  readonly event: boolean;
}

export const OUT_COLOURS = 3;

const declare = (path: string, types: OutTypes, help: string, more: Partial<OutSignal> = {}): OutSignal => ({ path, types, help, unit: '', min: 0, max: 1, event: false, ...more });

export const OUT_SIGNALS: readonly OutSignal[] = [
  declare('/out/beat', 'i', 'On every beat: its position in the bar, 1 = downbeat.', { min: 1, max: 32, event: true }),
  declare('/out/bar', 'i', 'On every downbeat: bars since the downbeat that counts as the first.', { min: -1e6, max: 1e6, event: true }),
  declare('/out/phase', 'f', 'Place within the beat.'),
  declare('/out/tempo', 'f', 'Tempo.', { unit: 'BPM', min: 20, max: 999 }),
  declare('/out/source', 's', 'Who gives the beat: track, midi, timecode, osc, tap, live or free.'),
  declare('/out/energy', 'f', 'Energy of the music.'),
  declare('/out/section', 's', 'Label of the section that plays.'),
  ...Array.from({ length: OUT_COLOURS }, (_, i) => declare(`/out/colour/${i + 1}`, 'fff', `Dominant colour ${i + 1} of the picture: red, green, blue (sRGB).`)),
];

/** The show at an instant, as far as the outputs tell of it. */
export interface OutMoment {
  /** Continuous count of beats. */
  readonly beat: number;
  readonly positionInBar: number;
  readonly bar: number;
  readonly phase: Unit;
  readonly tempo: Bpm;
  readonly source: string;
  /** Beats go on (a track that plays, live input, any clock without a track). */
  readonly moving: boolean;
  readonly energy: Unit;
  readonly section: string;
  /** Up to three sRGB colours, 0..1 each. */
  readonly colours: readonly (readonly [red: number, green: number, blue: number])[];
}

export type OutArguments = readonly (number | string)[];

export interface OutMessage {
  readonly path: string;
  readonly args: OutArguments;
}

export const OUT_INTERVAL: Milliseconds = 1000 / 30;

/** Turns moments into the messages that are due. */
export class OutFeed {
  private readonly told = new Map<string, OutArguments>();
  private lastBeat: number | null = null;
  private sentAt: Milliseconds = -Infinity;

  /** Last value of every output, for a new listener. */
  get values(): ReadonlyMap<string, OutArguments> {
    return this.told;
  }

  /** What has to be sent at `now`; counts as sent. Call it at least at every beat. */
  update(now: Milliseconds, moment: OutMoment): readonly OutMessage[] {
    const messages = this.beatsOf(moment);
    if (now - this.sentAt < OUT_INTERVAL - 1) return messages;
    this.sentAt = now;
    return [...messages, ...this.changed(valuesOf(moment))];
  }

  /** A seek backward is a new count, not a beat; a beat is told once. */
  private beatsOf({ beat, positionInBar, bar, moving }: OutMoment): OutMessage[] {
    const whole = Math.floor(beat + 1e-9);
    const before = this.lastBeat;
    this.lastBeat = whole;
    if (!moving || before === null || whole === before) return [];
    const messages: OutMessage[] = [{ path: '/out/beat', args: [positionInBar] }];
    if (positionInBar === 1) messages.push({ path: '/out/bar', args: [bar] });
    for (const { path, args } of messages) this.told.set(path, args);
    return messages;
  }

  private changed(values: readonly OutMessage[]): OutMessage[] {
    const news = values.filter(({ path, args }) => {
      const before = this.told.get(path);
      return before === undefined || args.some((value, i) => value !== before[i]);
    });
    for (const { path, args } of news) this.told.set(path, args);
    return news;
  }
}

function valuesOf({ phase, tempo, source, energy, section, colours }: OutMoment): OutMessage[] {
  const rounded = (value: number, steps: number): number => Math.round(value * steps) / steps;
  return [
    { path: '/out/phase', args: [rounded(phase, 1000)] },
    { path: '/out/tempo', args: [rounded(tempo, 100)] },
    { path: '/out/source', args: [source] },
    { path: '/out/energy', args: [rounded(energy, 1000)] },
    { path: '/out/section', args: [section] },
    ...colours.slice(0, OUT_COLOURS).map((colour, i) => ({ path: `/out/colour/${i + 1}`, args: colour.map((value) => rounded(value, 255)) })),
  ];
}

/**
 * A recorded live input heard again by the live tracker: since that one knows only the past and does not mind how its sound
 * is cut up, the curves are those that were on stage. Beats are taken as they were, an operator's taps included.
 */

import type { AudioSource } from '../audio/types.ts';
import type { Seconds, Unit } from '../base/units.ts';
import { SilenceWatch } from '../timeline/silence-watch.ts';
import { TIMELINE_VERSION, type Timeline, type TimelineEvent } from '../timeline/timeline.ts';
import { WindowedCurves } from '../timeline/windowed-curves.ts';
import { correctTimeline, type GridCorrections } from './corrections.ts';
import { FRAME_RATE } from './frames.ts';
import { LiveAnalyzer } from './live.ts';

const BLOCK = 4096;
/** Pieces so short that none brings two frames. */
const PIECES_A_SECOND = 4 * FRAME_RATE;

/** `beats`: as they passed on stage; fewer than two leave those that the tracker finds. */
export async function hearAgain(audio: AudioSource, beats: NonNullable<GridCorrections['beats']>, onProgress: (fraction: Unit) => void = () => undefined): Promise<Timeline> {
  const tracker = new LiveAnalyzer(audio.sampleRate);
  const heard = new HeardFrames();
  const piece = Math.max(1, Math.floor(audio.sampleRate / PIECES_A_SECOND));
  let samples = 0;
  for await (const block of audio.monoBlocks(BLOCK)) {
    for (let at = 0; at < block.length; at += piece) {
      const part = block.subarray(at, at + piece);
      tracker.push(part);
      samples += part.length;
      heard.take(tracker, samples / audio.sampleRate);
    }
    onProgress(samples / audio.length);
  }
  const timeline: Timeline = { version: TIMELINE_VERSION, rate: FRAME_RATE, onsets: new Float64Array(), grid: tracker.timeline.grid, duration: audio.duration, ...heard.end(audio.duration) };
  return correctTimeline(timeline, beats.length < 2 ? undefined : { beats });
}

/** All that a live timeline would have shown, frame by frame: it may itself forget what is long past. */
class HeardFrames {
  readonly #curves = new WindowedCurves(FRAME_RATE);
  readonly #silences = new SilenceLog();

  take(tracker: LiveAnalyzer, time: Seconds): void {
    const values = tracker.features();
    this.#silences.push(values.level, time);
    if (Math.round(tracker.timeline.duration * FRAME_RATE) > this.#curves.count) this.#curves.push(values);
  }

  end(duration: Seconds): Pick<Timeline, 'curves' | 'events' | 'sections'> {
    return { curves: this.#curves.all, events: this.#silences.end(duration), sections: [{ start: 0, end: duration, label: 'A', kind: 'verse', energy: 0.5 }] };
  }
}

/** The silences of a whole recording, each from the moment at which the stage knew of it. */
class SilenceLog {
  readonly #watch = new SilenceWatch();
  readonly #events: TimelineEvent[] = [];
  #since: Seconds | null = null;

  push(level: Unit, time: Seconds): void {
    const isOn = this.#watch.events.length > 0;
    this.#watch.push(level, time);
    if (!isOn && this.#watch.events.length > 0) this.#since = time;
    if (isOn && this.#watch.events.length === 0) this.#close(time);
  }

  end(time: Seconds): readonly TimelineEvent[] {
    this.#close(time);
    return this.#events;
  }

  #close(time: Seconds): void {
    if (this.#since !== null) this.#events.push({ kind: 'silence', start: this.#since, end: time, strength: 1 });
    this.#since = null;
  }
}

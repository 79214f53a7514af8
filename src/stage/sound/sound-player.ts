/**
 * The sound page's voice: schedules decoded PCM sample-exactly on an AudioContext at the file's own rate, chunk by chunk
 * a few seconds ahead, and says which show time is being heard. Show times in seconds of the track.
 */

import type { Loop } from '../../base/loop.ts';
import type { Milliseconds, Seconds } from '../../base/units.ts';
import { HeardClock } from './heard-clock.ts';
import { SoundPlan, type SampleLoop } from './sound-plan.ts';
import { WavSource } from './wav-source.ts';

/** Length of one fetched piece, and how far ahead pieces are scheduled. */
const CHUNK: Seconds = 4;
const AHEAD: Seconds = 9;
/** Between the order to play and the first sample. */
const START_DELAY: Seconds = 0.08;
/** Fade of a stop, against a click. */
const STOP_FADE: Seconds = 0.012;
/** From one track to the next: long enough for no click, short enough that the first beat of the new one still hits. */
const CROSS_FADE: Seconds = 0.12;
/** Cosine and sine: the two tracks together are as loud as one (equal power). */
const FADE_STEPS = 65;
const FADE_OUT = Float32Array.from({ length: FADE_STEPS }, (_, i) => Math.cos((Math.PI / 2) * (i / (FADE_STEPS - 1))));
const FADE_IN = FADE_OUT.toReversed();

interface Run {
  readonly context: AudioContext;
  readonly contextStart: Seconds;
  readonly plan: SoundPlan;
  readonly rate: number;
  readonly abort: AbortController;
  /** One after the other: how it comes, and how it goes. A node has one curve at a time. */
  readonly coming: GainNode;
  readonly going: GainNode;
  /** Those that have not sounded, with their context times. */
  pieces: { readonly node: AudioBufferSourceNode; readonly from: Seconds; readonly to: Seconds }[];
  busy: boolean;
}

export class SoundPlayer {
  #context: AudioContext | null = null;
  #source: WavSource | null = null;
  #run: Run | null = null;
  /** The track before, which sounds on until the new one begins. */
  #leaving: Run | null = null;
  #starting = 0;
  #loop: Loop | null = null;
  readonly #heard = new HeardClock();
  readonly #onFault: (text: string) => void;

  constructor(onFault: (text: string) => void) {
    this.#onFault = onFault;
  }

  get isPlaying(): boolean {
    return this.#run !== null;
  }

  /** Asks for sound; must be called from a click, except where the browser allows autoplay. */
  async allow(sampleRate: number): Promise<boolean> {
    if (this.#context === null || this.#context.sampleRate !== sampleRate) {
      // A track of another rate sounds on in the context before, which is closed when it has faded.
      const before = this.#context;
      if (this.#leaving?.context !== before) await before?.close();
      this.#run = null;
      this.#context = new AudioContext({ sampleRate, latencyHint: 'interactive' });
      this.#heard.reset();
    }
    // resume() never settles without a gesture: do not wait for it longer than a moment.
    await Promise.race([this.#context.resume(), new Promise((resolve) => setTimeout(resolve, 400))]);
    return this.#context.state === 'running';
  }

  get isAllowed(): boolean {
    return this.#context?.state === 'running';
  }

  /** Time from a sample's being handed over to its being heard, as the browser says. */
  get outputLatency(): Seconds {
    return this.#context?.outputLatency ?? 0;
  }

  /**
   * Plays the track; what played before stops, another track when this one begins. `showTimeAt` says which show time (s)
   * should be heard at a page instant (ms): asked again once the first piece has come, so that waiting for it moves nothing.
   */
  async play(pcmUrl: string, showTimeAt: (instant: Milliseconds) => Seconds, rate: number): Promise<void> {
    const ticket = ++this.#starting;
    this.#leave(this.#source !== null && this.#source.url !== pcmUrl);
    if (this.#source?.url !== pcmUrl) this.#source = await WavSource.open(pcmUrl);
    const source = this.#source;
    if (!(await this.allow(source.format.sampleRate)) || ticket !== this.#starting) return;
    const { sampleRate, frames } = source.format;
    const sampleAt = (instant: Milliseconds): number => Math.max(0, Math.min(frames, Math.round(showTimeAt(instant) * sampleRate)));
    const first = sampleAt(performance.now());
    const abort = new AbortController();
    const opening = await source.read(first, Math.round(CHUNK * sampleRate), abort.signal);
    if (ticket !== this.#starting || this.#context === null) return;
    const start = Math.max(first, sampleAt(performance.now() + (START_DELAY + this.outputLatency) * 1000));
    this.#run = this.#beginRun(this.#context, start, rate, abort);
    this.#crossTo(this.#run);
    const length = this.#run.plan.pieceLength(Infinity);
    this.#schedule(this.#run, opening.map((samples) => samples.subarray(start - first, start - first + length)));
    this.#fill();
  }

  stop(): void {
    this.#starting++;
    this.#leave(false);
  }

  /** Show time heard at a page instant (performance.now); null while nothing plays. Never before the run's start. */
  heardAt(instant: Milliseconds): Seconds | null {
    const run = this.#run;
    const context = this.#context;
    if (run === null || context === null || this.#source === null) return null;
    const { sampleRate, frames } = this.#source.format;
    return Math.min(frames, run.plan.sampleAt(this.#heard.contextTimeAt(context, instant))) / sampleRate;
  }

  /** Turns at the loop's end from now on, sample-exactly; null: plays on. */
  setLoop(loop: Loop | null): void {
    this.#loop = loop;
    const run = this.#run;
    const context = this.#context;
    if (run === null || context === null) return;
    const cut = run.plan.setLoop(this.#sampleLoop(), context.currentTime);
    if (cut === null) return;
    for (const { node, from, to } of run.pieces) if (to > cut) node.stop(Math.max(cut, from));
    run.pieces = run.pieces.filter(({ from }) => from < cut);
    this.#fill();
  }

  #sampleLoop(): SampleLoop | null {
    const rate = this.#source?.format.sampleRate ?? 0;
    return this.#loop === null || rate === 0 ? null : { start: Math.round(this.#loop.start * rate), end: Math.round(this.#loop.end * rate) };
  }

  /** Call a few times a second: keeps the next pieces scheduled. */
  tend(): void {
    this.#fill();
  }

  #beginRun(context: AudioContext, firstSample: number, rate: number, abort: AbortController): Run {
    const [coming, going] = [context.createGain(), context.createGain()];
    coming.connect(going).connect(context.destination);
    // The first sample falls on a sample of the context, so that later pieces join without interpolation.
    const contextStart = Math.ceil((context.currentTime + START_DELAY) * context.sampleRate) / context.sampleRate;
    const plan = new SoundPlan(contextStart, firstSample, context.sampleRate * rate);
    plan.setLoop(this.#sampleLoop(), context.currentTime);
    return { context, contextStart, plan, rate, abort, coming, going, pieces: [], busy: false };
  }

  #schedule(run: Run, channels: Float32Array<ArrayBuffer>[]): void {
    const { context } = run;
    const length = channels[0]?.length ?? 0;
    if (length === 0) return;
    const buffer = context.createBuffer(channels.length, length, context.sampleRate);
    channels.forEach((samples, channel) => buffer.copyToChannel(samples, channel));
    const node = new AudioBufferSourceNode(context, { buffer, playbackRate: run.rate });
    node.connect(run.coming);
    const due = run.plan.next.at;
    const late = context.currentTime - due;
    // A piece that came late starts in its middle: later samples keep their place.
    node.start(Math.max(due, context.currentTime), Math.max(0, late) * run.rate);
    run.plan.add(length, context.currentTime);
    run.pieces = [...run.pieces.filter(({ to }) => to > context.currentTime), { node, from: due, to: due + length / (context.sampleRate * run.rate) }];
  }

  #fill(): void {
    const run = this.#run;
    const context = this.#context;
    const source = this.#source;
    if (run === null || context === null || source === null || run.busy) return;
    const { sampleRate, frames } = source.format;
    const { next, version } = run.plan;
    if (next.sample >= frames || next.at > context.currentTime + AHEAD) return;
    run.busy = true;
    source.read(next.sample, run.plan.pieceLength(Math.round(CHUNK * sampleRate)), run.abort.signal).then(
      (channels) => {
        run.busy = false;
        if (run !== this.#run) return;
        if (version === run.plan.version) this.#schedule(run, channels);
        this.#fill();
      },
      (thrown: unknown) => {
        run.busy = false;
        if (!run.abort.signal.aborted) this.#onFault(`A piece of the track could not be fetched; it is tried again. (${thrown instanceof Error ? thrown.message : String(thrown)})`);
      },
    );
  }

  /** What plays is left; `soundsOn`: it is heard until the next begins, a few seconds at most. */
  #leave(soundsOn: boolean): void {
    const run = this.#run;
    this.#run = null;
    if (run === null) return;
    run.abort.abort();
    this.#stopLeaving();
    this.#leaving = run;
    if (!soundsOn) this.#stopLeaving();
  }

  /** The track before goes as the new one comes, from the new one's first sample on. */
  #crossTo(run: Run): void {
    const before = this.#leaving;
    if (before === null) return;
    this.#leaving = null;
    const wait = run.contextStart - run.context.currentTime;
    run.coming.gain.setValueCurveAtTime(FADE_IN, run.contextStart, CROSS_FADE);
    before.going.gain.setValueCurveAtTime(FADE_OUT, before.context.currentTime + wait, CROSS_FADE);
    this.#letGo(before, wait + CROSS_FADE);
  }

  /** Quickly, against a click. */
  #stopLeaving(): void {
    const run = this.#leaving;
    this.#leaving = null;
    if (run === null) return;
    const now = run.context.currentTime;
    run.going.gain.setValueAtTime(1, now);
    run.going.gain.linearRampToValueAtTime(0, now + STOP_FADE);
    this.#letGo(run, STOP_FADE);
  }

  /** After its fade it is taken off, with its context where that is no longer ours. */
  #letGo({ context, going }: Run, after: Seconds): void {
    setTimeout(() => {
      going.disconnect();
      if (context !== this.#context) context.close().catch(() => undefined);
    }, after * 1000 + 50);
  }
}

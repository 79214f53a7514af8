/** Bundled by the crossover test and run in a page: the page's own player on rendered time, so that every sample is seen. */

import { SoundPlayer } from '../../src/stage/sound/sound-player.ts';

const LENGTH = 4;

export interface Crossing {
  /** What each context plays, mono. */
  readonly tracks: readonly { readonly rate: number; readonly samples: readonly number[] }[];
  /** Contexts that were closed before their track had faded. */
  readonly closedEarly: number;
}

/** Renders instead of sounding; says it runs, and is closed without a sound device. */
class RenderedContext extends OfflineAudioContext {
  static made: RenderedContext[] = [];
  isClosed = false;

  constructor({ sampleRate = 44_100 }: AudioContextOptions = {}) {
    super(1, LENGTH * sampleRate, sampleRate);
    RenderedContext.made.push(this);
  }

  override get state(): AudioContextState {
    return 'running';
  }

  override resume(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /** Goes on after `suspend`. */
  goOn(): Promise<void> {
    return super.resume();
  }
}

Object.assign(globalThis, {
  AudioContext: RenderedContext,
  /** The second track is asked for at `askedAt` (s of the first one's context). */
  async crossTracks(first: string, second: string, askedAt: number): Promise<Crossing> {
    // What is taken off after its fade by the wall's time would be missing where rendering is slower than sound.
    GainNode.prototype.disconnect = () => undefined;
    RenderedContext.made = [];
    const player = new SoundPlayer((text) => { throw new Error(text); });
    await player.play(first, () => 0, 1);
    const before = RenderedContext.made[0] as RenderedContext;
    let closedEarly = 0;
    void before.suspend(askedAt).then(async () => {
      await player.play(second, () => 0, 1);
      closedEarly = Number(before.isClosed);
      await before.goOn();
    });
    const sounds = [await before.startRendering()];
    for (const context of RenderedContext.made.slice(1)) sounds.push(await context.startRendering());
    return { tracks: sounds.map((sound) => ({ rate: sound.sampleRate, samples: [...sound.getChannelData(0)] })), closedEarly };
  },
});

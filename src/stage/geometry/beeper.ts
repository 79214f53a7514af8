/** A beep at every whole second of the display clock, scheduled ahead on the audio clock and early by the output's latency. */

import type { Seconds } from '../../base/units.ts';

const LENGTH: Seconds = 0.04;
const AHEAD: Seconds = 0.25;
const PITCH = 1000;

export class Beeper {
  #audio: AudioContext | null = null;
  #next: Seconds = 0;

  /** Once per display frame; `wall` is performance.now in seconds. Silent until the browser allows sound. */
  tend(wall: Seconds): void {
    this.#audio ??= new AudioContext();
    const audio = this.#audio;
    if (audio.state !== 'running') return void audio.resume().catch(() => undefined);
    const second = Math.ceil(wall);
    if (second === this.#next || second - wall > AHEAD) return;
    this.#next = second;
    this.#beepAt(audio, Math.max(audio.currentTime, audio.currentTime + (second - wall) - (audio.outputLatency || audio.baseLatency || 0)));
  }

  stop(): void {
    void this.#audio?.close();
    this.#audio = null;
  }

  #beepAt(audio: AudioContext, at: Seconds): void {
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = PITCH;
    gain.gain.setValueAtTime(0.4, at);
    gain.gain.setTargetAtTime(0, at + LENGTH / 2, LENGTH / 4);
    tone.connect(gain).connect(audio.destination);
    tone.start(at);
    tone.stop(at + LENGTH * 2);
  }
}

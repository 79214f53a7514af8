/**
 * Live input: microphone, line-in or loopback without the browser's speech processing, as counted mono hops. Each hop says
 * which instant its end was in the air: from the earliest arrivals of the last seconds, less the latency the device states.
 */

import { SampleClock } from '../../base/sample-clock.ts';
import type { Hertz, Milliseconds, Seconds } from '../../base/units.ts';

/** Samples a hop: what `analyze --causal` pushes at a time. */
export const HOP = 512;

export interface MicrophoneHop {
  /** Index of the first sample since the input was opened. */
  readonly first: number;
  /** Page instant (ms) at which the end of the hop was in the air. */
  readonly at: Milliseconds;
  readonly samples: Float32Array;
}

export interface MicrophoneOptions {
  /** As `listInputs` says; the browser's default where it is left out or gone. */
  readonly deviceId?: string | undefined;
  readonly onHop: (hop: MicrophoneHop) => void;
  /** The device went away or its context stopped. Not called after `stop`. */
  readonly onLost: () => void;
}

export interface Microphone {
  readonly sampleRate: Hertz;
  readonly label: string;
  readonly deviceId: string;
  /** What the device says it holds back (s). */
  readonly latency: Seconds;
  stop(): void;
}

/** Runs in the audio thread: gathers 128-sample blocks into hops, counted by the context's own frames. */
const WORKLET = `
registerProcessor('latentbeat-hops', class extends AudioWorkletProcessor {
  constructor() { super(); this.hop = new Float32Array(${HOP}); this.filled = 0; this.origin = -1; this.first = 0; }
  process([input]) {
    if (this.origin < 0) this.origin = currentFrame;
    const frame = currentFrame - this.origin;
    const length = input[0] ? input[0].length : 128;
    // A block that the audio thread skipped: what was gathered is dropped, and the count tells.
    if (this.filled > 0 && frame !== this.first + this.filled) this.filled = 0;
    for (let i = 0; i < length; i++) {
      if (this.filled === 0) this.first = frame + i;
      let sum = 0;
      for (const channel of input) sum += channel[i];
      this.hop[this.filled++] = input.length === 0 ? 0 : sum / input.length;
      if (this.filled < ${HOP}) continue;
      this.port.postMessage({ first: this.first, samples: this.hop }, [this.hop.buffer]);
      this.hop = new Float32Array(${HOP});
      this.filled = 0;
    }
    return true;
  }
});`;

/** Opens an input and hands over hops of ${HOP} samples. Rejects with a sentence a person can act on. */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  const stream = await askForStream(options.deviceId);
  const track = stream.getAudioTracks()[0] as MediaStreamTrack;
  const context = new AudioContext({ latencyHint: 'interactive' });
  try {
    await addWorklet(context);
    const hops = new AudioWorkletNode(context, 'latentbeat-hops', { numberOfOutputs: 0 });
    context.createMediaStreamSource(stream).connect(hops);
    const latency = latencyOf(track);
    const clock = new SampleClock(context.sampleRate);
    hops.port.onmessage = ({ data }: MessageEvent<Omit<MicrophoneHop, 'at'>>): void => {
      const end = data.first + data.samples.length;
      clock.add(end, performance.now());
      options.onHop({ ...data, at: clock.instantOf(end) - latency * 1000 });
    };
    watch(track, context, options.onLost);
    await context.resume();
    const stop = (): void => {
      hops.port.onmessage = null;
      track.onended = context.onstatechange = null;
      for (const each of stream.getTracks()) each.stop();
      if (context.state !== 'closed') void context.close();
    };
    return { sampleRate: context.sampleRate, label: track.label, deviceId: track.getSettings().deviceId ?? '', latency, stop };
  } catch (thrown) {
    for (const each of stream.getTracks()) each.stop();
    void context.close();
    throw thrown;
  }
}

/** The inputs of this machine; without labels until one was allowed. */
export async function listInputs(): Promise<readonly { readonly id: string; readonly label: string }[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '').map(({ deviceId, label }) => ({ id: deviceId, label: label || 'Input' }));
}

async function addWorklet(context: AudioContext): Promise<void> {
  const module = URL.createObjectURL(new Blob([WORKLET], { type: 'text/javascript' }));
  try {
    await context.audioWorklet.addModule(module);
  } finally {
    URL.revokeObjectURL(module);
  }
}

function latencyOf(track: MediaStreamTrack): Seconds {
  const { latency } = track.getSettings() as MediaTrackSettings & { readonly latency?: number };
  return latency !== undefined && latency > 0 && latency < 1 ? latency : 0;
}

function watch(track: MediaStreamTrack, context: AudioContext, onLost: () => void): void {
  track.onended = onLost;
  context.onstatechange = (): void => {
    if (context.state === 'closed') onLost();
    else if (context.state !== 'running') void context.resume();
  };
}

async function askForStream(deviceId: string | undefined): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) throw new Error('This page may not listen: open it at http://127.0.0.1 or over https.');
  const audio: MediaTrackConstraints = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, ...(deviceId === undefined ? {} : { deviceId: { ideal: deviceId } }) };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (thrown) {
    const name = thrown instanceof DOMException ? thrown.name : '';
    if (name === 'NotAllowedError') throw new Error('The browser was not allowed to listen: allow the microphone for this page and press Listen again.', { cause: thrown });
    if (name === 'NotFoundError') throw new Error('No sound input was found: plug in a microphone or line-in and press Listen again.', { cause: thrown });
    throw new Error(`The sound input could not be opened (${name || String(thrown)}): is another program using it?`, { cause: thrown });
  }
}

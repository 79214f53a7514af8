/**
 * Live input: microphone or line-in without the browser's speech processing, as mono float32 hops of 1024 samples.
 */

export interface Microphone {
  readonly sampleRate: number;
  readonly label: string;
  stop(): void;
}

const HOP = 1024;

/** Runs in the audio thread: gathers 128-sample blocks into hops. */
const WORKLET = `
registerProcessor('latentbeat-hops', class extends AudioWorkletProcessor {
  constructor() { super(); this.hop = new Float32Array(${HOP}); this.filled = 0; }
  process([input]) {
    const channels = input.length;
    if (channels === 0) return true;
    for (let i = 0; i < input[0].length; i++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += input[c][i];
      this.hop[this.filled++] = sum / channels;
      if (this.filled === ${HOP}) { this.port.postMessage(this.hop.buffer, [this.hop.buffer]); this.hop = new Float32Array(${HOP}); this.filled = 0; }
    }
    return true;
  }
});`;

/** Opens the default input; `onHop` gets ${HOP} samples each. Rejects with a sentence a person can act on. */
export async function openMicrophone(onHop: (samples: ArrayBuffer) => void): Promise<Microphone> {
  const stream = await askForStream();
  const context = new AudioContext();
  const module = URL.createObjectURL(new Blob([WORKLET], { type: 'text/javascript' }));
  try {
    await context.audioWorklet.addModule(module);
  } finally {
    URL.revokeObjectURL(module);
  }
  const source = context.createMediaStreamSource(stream);
  const hops = new AudioWorkletNode(context, 'latentbeat-hops', { numberOfOutputs: 0 });
  hops.port.onmessage = (event: MessageEvent<ArrayBuffer>) => onHop(event.data);
  source.connect(hops);
  await context.resume();
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
  return { sampleRate: context.sampleRate, label: stream.getAudioTracks()[0]?.label ?? '', stop };
}

async function askForStream(): Promise<MediaStream> {
  if (navigator.mediaDevices === undefined) throw new Error('This page may not listen: open it at http://127.0.0.1 or over https.');
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  } catch (thrown) {
    const name = thrown instanceof DOMException ? thrown.name : '';
    if (name === 'NotAllowedError') throw new Error('The browser was not allowed to listen: allow the microphone for this page and press Listen again.', { cause: thrown });
    if (name === 'NotFoundError') throw new Error('No sound input was found: plug in a microphone or line-in and press Listen again.', { cause: thrown });
    throw new Error(`The sound input could not be opened (${name || String(thrown)}): is another program using it?`, { cause: thrown });
  }
}

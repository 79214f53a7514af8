/**
 * Sound from a device of this machine, by FFmpeg's devices through node-av (an optional dependency with prebuilt binaries: ALSA on
 * Linux, where PulseAudio and PipeWire answer as "default", AVFoundation, DirectShow). A lost device is opened again with growing
 * pauses. `lavfi:GRAPH` names one of FFmpeg's virtual sources instead, such as `lavfi:sine=440,arealtime`.
 */

import { messageOf, UserError } from '../base/errors.ts';
import { SampleClock } from '../base/sample-clock.ts';
import type { Hertz, Milliseconds } from '../base/units.ts';
import { loadNodeAv, type NodeAv } from './node-av.ts';

export interface InputDevice {
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
}

export interface CapturedSound {
  /** Index of the first sample since the device was opened. */
  readonly first: number;
  /** Instant (ms, `now`'s clock) at which the end was in the air, as far as arrivals tell. */
  readonly at: Milliseconds;
  /** Mono, −1..1. */
  readonly samples: Float32Array;
}

export interface CaptureHandlers {
  readonly now: () => Milliseconds;
  /** The device is open (again). */
  readonly onOpen: (sampleRate: Hertz) => void;
  readonly onSound: (sound: CapturedSound) => void;
  /** It is gone and is being tried again. */
  readonly onLost: (reason: string) => void;
}

export interface Capture {
  readonly sampleRate: Hertz;
  stop(): void;
}

const VIRTUAL = 'lavfi:';
const WANTED_RATE: Hertz = 48_000;
const FIRST_WAIT: Milliseconds = 250;
const LONGEST_WAIT: Milliseconds = 5_000;
/** A device that gives nothing for so long is taken for lost. */
const SILENT_FOR: Milliseconds = 3_000;

/** Inputs of this machine; empty without node-av. */
export async function listInputDevices(): Promise<readonly InputDevice[]> {
  const av = await loadNodeAv();
  if (av === undefined) return [];
  const devices = await av.DeviceAPI.list().catch(() => []);
  return devices.filter(({ type }) => type === 'audio').map(({ name, description, isDefault }) => ({ name, description, isDefault }));
}

/** Opens a device and keeps it open until `stop`. Throws a UserError of one sentence where it cannot be opened now. */
export async function captureDevice(device: string, handlers: CaptureHandlers): Promise<Capture> {
  const av = await loadNodeAv();
  if (av === undefined) throw new UserError('device', '--device needs the optional package node-av, which is not installed here: run npm install node-av, or press Listen on the stage page.');
  const keeper = new DeviceKeeper(av, device, handlers);
  try {
    return { sampleRate: await keeper.open(), stop: () => keeper.stop() };
  } catch (thrown) {
    keeper.stop();
    const names = (await listInputDevices()).map(({ name }) => name);
    throw new UserError('device', `The sound input ${device} cannot be opened (${messageOf(thrown)}): ${names.length === 0 ? 'FFmpeg finds no input on this machine' : `there are ${names.join(', ')}`}; see latentbeat doctor.`);
  }
}

type OpenDevice = Awaited<ReturnType<NodeAv['Demuxer']['open']>>;

class DeviceKeeper {
  readonly #av: NodeAv;
  readonly #device: string;
  readonly #handlers: CaptureHandlers;
  #stopped = false;
  /** Counts openings: what an older one still brings is dropped. */
  #turn = 0;
  #wait: Milliseconds = FIRST_WAIT;
  #timer: NodeJS.Timeout | undefined;

  constructor(av: NodeAv, device: string, handlers: CaptureHandlers) {
    this.#av = av;
    this.#device = device;
    this.#handlers = handlers;
  }

  /** Resolves with the rate once the device is open. */
  async open(): Promise<Hertz> {
    const turn = ++this.#turn;
    const demuxer = await openDemuxer(this.#av, this.#device);
    const stream = demuxer.audio();
    if (stream === undefined || this.#stopped) {
      await demuxer.close();
      throw new Error('there is no sound in it');
    }
    const { sampleRate } = stream.codecpar;
    this.#handlers.onOpen(sampleRate);
    this.#awaitSound(turn);
    this.#read(demuxer, turn, sampleRate).then(() => this.#lose(turn, 'it ended'), (thrown: unknown) => this.#lose(turn, messageOf(thrown)));
    return sampleRate;
  }

  stop(): void {
    this.#stopped = true;
    this.#turn++;
    clearTimeout(this.#timer);
  }

  async #read(demuxer: OpenDevice, turn: number, sampleRate: Hertz): Promise<void> {
    const clock = new SampleClock(sampleRate);
    let first = 0;
    try {
      for await (const samples of monoSamples(this.#av, demuxer)) {
        if (turn !== this.#turn) return;
        this.#awaitSound(turn);
        this.#wait = FIRST_WAIT;
        const end = first + samples.length;
        clock.add(end, this.#handlers.now());
        this.#handlers.onSound({ first, at: clock.instantOf(end), samples });
        first = end;
      }
    } finally {
      await demuxer.close();
    }
  }

  #awaitSound(turn: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(turn, 'it has fallen silent'), SILENT_FOR);
    this.#timer.unref();
  }

  #lose(turn: number, reason: string): void {
    if (this.#stopped || turn !== this.#turn) return;
    this.#turn++;
    this.#handlers.onLost(reason);
    this.#tryAgain();
  }

  #tryAgain(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.open().catch(() => !this.#stopped && this.#tryAgain());
    }, this.#wait);
    this.#timer.unref();
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }
}

async function openDemuxer(av: NodeAv, device: string): Promise<OpenDevice> {
  if (device.startsWith(VIRTUAL)) return av.Demuxer.open(device.slice(VIRTUAL.length), { format: 'lavfi' });
  return av.DeviceAPI.openMicrophone({ audioDevice: device, sampleRate: WANTED_RATE });
}

async function* monoSamples(av: NodeAv, demuxer: OpenDevice): AsyncGenerator<Float32Array> {
  const stream = demuxer.audio() as NonNullable<ReturnType<OpenDevice['audio']>>;
  const decoder = await av.Decoder.create(stream);
  const filter = av.FilterAPI.create('aformat=sample_fmts=flt:channel_layouts=mono');
  try {
    for await (const frame of filter.frames(decoder.frames(demuxer.packets(stream.index)))) {
      if (frame === null) continue;
      const bytes = frame.data?.[0];
      if (bytes !== undefined) yield new Float32Array(new Uint8Array(bytes.subarray(0, frame.nbSamples * 4)).buffer);
      frame.free();
    }
  } finally {
    filter.close();
    decoder.close();
  }
}

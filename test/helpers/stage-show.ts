/**
 * A small show on the real server, for the tests of stage and panel: a synthetic timeline with its click track, pictures
 * from arithmetic ahead of the transport, and every message of the pages kept. Times in seconds, instants in ms.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Transport } from '../../src/ahead/transport.ts';
import type { Frame } from '../../src/ahead/types.ts';
import { writeWav } from '../../src/audio/wav.ts';
import type { ClientMessage, EffectSource, KeeperTile, SceneTile, ServerMessage, ShowInfo, TransportState } from '../../src/protocol/messages.ts';
import type { ControlValue } from '../../src/score/control.ts';
import { parseEffectHeader } from '../../src/score/effect-header.ts';
import { CORE_PARAMETERS } from '../../src/score/parameters.ts';
import { DEFAULT_ROUTES } from '../../src/score/route-types.ts';
import type { ShowHost, Welcome } from '../../src/server/web/host.ts';
import { startServer, type RunningServer } from '../../src/server/web/server.ts';
import { SoundPageElection } from '../../src/server/web/sound-page.ts';
import { encodeTimeline } from '../../src/timeline/binary.ts';
import { placeInGrid, type Timeline } from '../../src/timeline/timeline.ts';
import { WEB_ROOT } from './browser.ts';
import { syntheticTimeline } from './synthetic-timeline.ts';

const SHADERS = fileURLToPath(new URL('../../shaders/', import.meta.url));
const RATE = 44_100;

export interface StageShowOptions {
  readonly lookChain?: readonly string[];
  readonly stageRoutes?: readonly unknown[];
  /** Ticks between generated frames. */
  readonly spacing?: number;
  /** Seconds of frames kept ahead of the transport; 0 = none are sent by themselves. */
  readonly ahead?: number;
  readonly picture?: (tick: number, generation: number) => { readonly size: number; readonly pixels: Uint8Array };
  readonly timeline?: Timeline;
  readonly scenes?: readonly SceneTile[];
  readonly keepers?: readonly KeeperTile[];
  /** JPEG bytes of a scene or keeper. */
  readonly tilePicture?: (id: string) => Promise<Uint8Array | null>;
  readonly extraEffects?: readonly EffectSource[];
}

export class StageShow {
  readonly received: ClientMessage[] = [];
  readonly hops: Float32Array[] = [];
  readonly values: Record<string, ControlValue> = {};
  readonly transport: Transport;
  readonly timeline: Timeline;
  server!: RunningServer;
  generation = 1;
  readonly #options: StageShowOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'latentbeat-stage-'));
  readonly #election = new SoundPageElection();
  readonly #frames = new Map<number, Frame>();
  #timers: NodeJS.Timeout[] = [];

  private constructor(options: StageShowOptions) {
    this.#options = options;
    this.timeline = options.timeline ?? syntheticTimeline();
    this.transport = new Transport({ duration: this.timeline.duration });
    for (const parameter of [...CORE_PARAMETERS, ...loadEffects().flatMap((effect) => effect.parameters)]) this.values[parameter.path] = parameter.default;
    // Pictures are compared to the value here; grain has a test of its own.
    this.values['/look/film'] = 0;
  }

  static async start(options: StageShowOptions = {}): Promise<StageShow> {
    const show = new StageShow(options);
    await writeWav(show.#wavPath, clickTrack(show.timeline), RATE, 2);
    await show.listen(0);
    return show;
  }

  /** Starts (or restarts) the server. */
  async listen(port: number): Promise<void> {
    this.server = await startServer({ host: this.#host(), port, now: () => performance.now(), webRoot: WEB_ROOT, uploadFolder: this.#folder, overlayFolder: join(this.#folder, 'overlays') });
    this.#timers = [setInterval(() => this.#pump(), 30), setInterval(() => this.tell(), 250)];
  }

  async stopServer(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.server.close();
  }

  async close(): Promise<void> {
    await this.stopServer();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  messages<T extends ClientMessage['type']>(type: T): Extract<ClientMessage, { type: T }>[] {
    return this.received.filter((message): message is Extract<ClientMessage, { type: T }> => message.type === type);
  }

  broadcast(message: ServerMessage): void {
    this.server.broadcast(message);
  }

  /** Sends the transport to all pages. */
  tell(): void {
    this.server.broadcast({ type: 'transport', transport: this.#transportState() });
  }

  setValue(path: string, value: ControlValue): void {
    this.values[path] = value;
    this.broadcast({ type: 'values', values: { [path]: value }, source: 'test' });
  }

  /** Draws and sends the picture of a tick. */
  sendFrame(tick: number, more: Partial<Frame> = {}): void {
    const { size, pixels } = (this.#options.picture ?? nebula)(tick, this.generation);
    const frame: Frame = { tick, due: tick / 120, height: size, width: size, pixels, cost: 3, generation: this.generation, cut: false, ...more };
    this.#frames.set(tick, frame);
    this.server.sendFrame(frame, this.transport.epoch);
  }

  get #wavPath(): string {
    return join(this.#folder, 'sound.wav');
  }

  #pump(): void {
    const { ahead = 3, spacing = 12 } = this.#options;
    const time = this.transport.showTimeAt(performance.now());
    const first = Math.floor((time * 120) / spacing);
    const last = Math.min(Math.floor(((time + ahead) * 120) / spacing), Math.ceil((this.timeline.duration * 120) / spacing));
    let budget = 2;
    for (let index = first; ahead > 0 && index <= last && budget > 0; index++) {
      if (this.#frames.get(index * spacing)?.generation === this.generation) continue;
      this.sendFrame(index * spacing);
      budget--;
    }
    for (const tick of this.#frames.keys()) if (tick / 120 < time - 2) this.#frames.delete(tick);
  }

  #transportState(): TransportState {
    const now = performance.now();
    const showTime = this.transport.showTimeAt(now);
    const place = placeInGrid(this.timeline.grid, showTime);
    const { playing, moving, rate, duration, epoch } = this.transport;
    return { playing: playing && (moving || this.#election.elected !== null), showTime, at: now, rate, duration, soundPage: this.#election.elected, clockSource: 'track', confidence: 0.95, tempo: place.tempo, beat: place.positionInBar, bar: place.bar, epoch, loop: this.transport.loop };
  }

  #showInfo(): ShowInfo {
    return {
      title: 'Synthetic Dawn', track: 'demo', duration: this.timeline.duration, timelineUrl: '/api/timeline', pcmUrl: '/api/pcm', sampleRate: RATE, channels: 2, presetName: 'Deep Nebula',
      presets: [{ name: 'Deep Nebula', intent: 'Drifting through gas and starlight that brightens with the drums.' }, { name: 'Neon Drive', intent: 'A night road of signs, always forward.' }, { name: 'Cathedral Glass', intent: 'Windows that light up one by one.' }, { name: 'Ember', intent: 'Coals that breathe with the bass.' }],
      lookChain: this.#options.lookChain ?? ['feedback', 'bloom'], stageRoutes: this.#options.stageRoutes ?? DEFAULT_ROUTES.filter(({ to }) => !to.startsWith('walk.')),
      routes: this.#options.stageRoutes ?? DEFAULT_ROUTES, walkSpeed: { slowest: 0.25, fastest: 3 }, model: 'arithmetic',
      prompts: ['deep space nebula', 'glowing gas clouds', 'star cluster', 'aurora over a dark sea'],
    };
  }

  #host(): ShowHost {
    const welcome = (): Welcome => {
      const effects = [...loadEffects(), ...(this.#options.extraEffects ?? [])];
      return {
        show: this.#showInfo(), parameters: [...CORE_PARAMETERS, ...effects.flatMap((effect) => effect.parameters)], values: this.values, effects, transport: this.#transportState(),
        greetings: [{ type: 'storyboard', scenes: this.#options.scenes ?? [] }, { type: 'keepers', keepers: this.#options.keepers ?? [] }],
      };
    };
    return {
      health: () => ({ ok: true, version: '0', model: 'arithmetic', provider: 'cpu', track: 'demo', uptimeSeconds: 1 }),
      state: () => { throw new Error('not part of these tests'); },
      welcome, timelineBytes: () => encodeTimeline(this.timeline), pcmPath: () => this.#wavPath,
      picture: (_kind, id) => this.#options.tilePicture?.(id) ?? Promise.resolve(null),
      download: () => null, newestFrame: () => null, bufferedFrames: () => [...this.#frames.values()].toSorted((a, b) => a.tick - b.tick),
      joined: (client) => { this.#election.update(client); this.transport.setSoundPage(this.#election.elected, performance.now()); setTimeout(() => this.tell(), 0); },
      left: (client) => { this.#election.remove(client.id); this.transport.setSoundPage(this.#election.elected, performance.now()); },
      receive: (client, message) => { this.received.push(message); this.#act(client.id, message); },
      receiveSound: (_client, hop) => void this.hops.push(hop.samples),
    };
  }

  #act(clientId: string, message: ClientMessage): void {
    const now = performance.now();
    if (message.type === 'clock' && clientId === this.#election.elected) this.transport.hear(message, now);
    if (message.type !== 'value') return;
    this.values[message.path] = message.value;
    if (message.path === '/transport/play') this.transport[message.value === true ? 'play' : 'pause'](now);
    if (message.path === '/transport/position') this.transport.seek(Number(message.value), now);
    this.server.broadcast({ type: 'values', values: { [message.path]: message.value }, source: message.source }, clientId);
    this.tell();
  }
}

/** All effects of shaders/. */
export function loadEffects(): EffectSource[] {
  return readdirSync(SHADERS).filter((file) => file.endsWith('.frag')).toSorted().map((file) => {
    const source = readFileSync(join(SHADERS, file), 'utf8');
    const header = parseEffectHeader(source, file.slice(0, -5));
    return { name: header.name, label: header.label, source, parameters: header.parameters };
  });
}

/** A decaying 1 kHz click on every beat, 3 kHz on downbeats; interleaved stereo. */
function clickTrack(timeline: Timeline): Float32Array {
  const samples = new Float32Array(Math.ceil(timeline.duration * RATE) * 2);
  timeline.grid.beats.forEach((beat, index) => {
    const start = Math.round(beat * RATE);
    const pitch = timeline.grid.positions[index] === 1 ? 3000 : 1000;
    for (let i = 0; i < RATE * 0.03 && (start + i) * 2 + 1 < samples.length; i++) {
      const value = 0.6 * Math.exp(-i / (RATE * 0.006)) * Math.sin((2 * Math.PI * pitch * i) / RATE);
      samples[(start + i) * 2] = samples[(start + i) * 2 + 1] = value;
    }
  });
  return samples;
}

/** A dark sky with drifting lights, 128 x 128: smooth, coloured, different at every tick. */
function nebula(tick: number): { readonly size: number; readonly pixels: Uint8Array } {
  const size = 128;
  const t = tick / 120;
  const pixels = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = x / size - 0.5;
      const v = y / size - 0.5;
      const swirl = Math.atan2(v, u) + 3 * Math.hypot(u, v) - t * 0.35;
      const cloud = (0.5 + 0.5 * Math.sin(swirl * 3 + 2 * Math.sin(u * 7 + t * 0.6))) * (0.5 + 0.5 * Math.cos(v * 9 - u * 4 + t * 0.4 + 2 * Math.sin(u * 5 - t * 0.3)));
      const core = Math.exp(-18 * ((u - 0.22 * Math.cos(t * 0.7)) ** 2 + (v - 0.16 * Math.sin(t * 0.9)) ** 2));
      const star = Math.max(0, Math.sin(x * 12.9898 + y * 78.233) * 43_758.545 % 1 - 0.985) * 60;
      const light = cloud ** 2.2 * Math.exp(-3.2 * (u * u + v * v));
      const at = (y * size + x) * 4;
      pixels[at] = Math.min(255, 255 * (0.75 * light * (0.6 + 0.4 * Math.sin(t * 0.5)) + core * 0.95 + star));
      pixels[at + 1] = Math.min(255, 255 * (0.28 * light + core * 0.62 + star));
      pixels[at + 2] = Math.min(255, 255 * (0.06 + 0.85 * light * (0.65 - 0.35 * Math.sin(t * 0.5)) + core * 0.35 + star));
      pixels[at + 3] = 255;
    }
  }
  return { size, pixels };
}

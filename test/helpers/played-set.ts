/**
 * A running show (the whole driver with fake pictures) under all kinds of hands: OSC over real UDP, bytes of a MIDI
 * controller, messages of a panel. Keeps every frame that a page got, and when which frames were overtaken by a change, so
 * that what was settled on stage can be drawn anew from the saved show and compared byte for byte.
 */

import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { LookAhead } from '../../src/ahead/look-ahead.ts';
import type { Frame } from '../../src/ahead/types.ts';
import { encodeBundle, encodeMessage } from '../../src/control/osc/osc-codec.ts';
import { startPlaying, type Playing } from '../../src/play.ts';
import type { ClientMessage } from '../../src/protocol/messages.ts';
import { openShow, type OpenShow } from '../../src/show.ts';
import { TestPage } from '../server/fixtures.ts';

export const CONTROLLER = 'nanoKONTROL2';
/** The look-ahead has at most so many pictures on their way. */
const IN_FLIGHT = 2;

type Argument = number | boolean | string;

export interface Comparison {
  /** Hashes by tick, on stage and from the saved show: of frames that no later change touched. */
  readonly settled: ReadonlyMap<number, string>;
  readonly again: ReadonlyMap<number, string>;
  /** Ticks of `settled` whose bytes differ. */
  readonly differing: readonly number[];
  /** Frames that a change touched for which nothing newer came in time. */
  readonly overtaken: number;
}

/** A change made frames from a tick on stale (instant in ms). */
interface Overtaking {
  readonly fromTick: number;
  readonly at: number;
}

/** A frame on its way to the pages; `begun`: it was not drawn before this instant (ms). */
interface SentFrame {
  readonly hash: string;
  readonly generation: number;
  readonly begun: number;
}

export const hashOf = (pixels: Uint8Array): string => createHash('sha256').update(pixels).digest('hex');

/** What goes out to the pages: the last frame of each tick and what overtook which. */
class SentFrames {
  readonly last = new Map<number, SentFrame>();
  readonly hashes = new Set<string>();
  readonly overtakings: Overtaking[] = [];
  count = 0;
  readonly #recent: number[] = [];
  readonly #invalidate = Reflect.get(LookAhead.prototype, 'invalidate') as (this: LookAhead, fromTick: number) => void;

  constructor() {
    const { overtakings } = this;
    const invalidate = this.#invalidate;
    LookAhead.prototype.invalidate = function (fromTick) {
      overtakings.push({ fromTick, at: performance.now() });
      invalidate.call(this, fromTick);
    };
  }

  stop(): void {
    LookAhead.prototype.invalidate = this.#invalidate;
  }

  /** Pictures shown again while nothing new exists stand for no tick. */
  add({ tick, generation, pixels, loop }: Frame): void {
    const hash = hashOf(pixels);
    this.hashes.add(hash);
    if (loop === true) return;
    this.count++;
    const begun = this.#recent.at(-IN_FLIGHT) ?? -Infinity;
    this.#recent.push(performance.now());
    if (this.#recent.length > IN_FLIGHT) this.#recent.shift();
    this.last.set(tick, { hash, generation, begun });
  }

  settled(): Map<number, string> {
    const isSettled = (tick: number, { begun }: SentFrame): boolean => !this.overtakings.some(({ fromTick, at }) => fromTick <= tick && at >= begun);
    return new Map([...this.last].filter(([tick, frame]) => isSettled(tick, frame)).map(([tick, { hash }]) => [tick, hash]));
  }
}

export class PlayedSet {
  readonly playing: Playing;
  /** A stage, and a panel that hears what panels hear. */
  readonly stage: TestPage;
  readonly panel: TestPage;
  readonly sent = { osc: 0, midi: 0, panel: 0 };
  /** Pictures that reached the stage page, and those of them that never left the server. */
  readonly shown = { count: 0, foreign: 0 };
  readonly #frames: SentFrames;
  readonly #socket: Socket;
  readonly #folder: string;

  /** Opens a track (the demo, where none is named) with fake pictures and runs it on the server's clock. */
  static async start(track?: string): Promise<PlayedSet> {
    const folder = mkdtempSync(join(tmpdir(), 'latentbeat-set-'));
    process.env['LATENTBEAT_CACHE'] = join(folder, 'cache');
    const frames = new SentFrames();
    const playing = await startPlaying({ model: 'fake', port: 0, oscPort: 0, oscqueryPort: 0, open: false, clock: 'free', seed: 7, track });
    tapWire(playing, frames);
    await playing.opened;
    const [stage, panel] = [await TestPage.join(playing.url, { canPlaySound: false }), await TestPage.join(playing.url, { canPlaySound: false, role: 'panel' })];
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new PlayedSet(playing, frames, stage, panel, socket, folder);
  }

  private constructor(playing: Playing, frames: SentFrames, stage: TestPage, panel: TestPage, socket: Socket, folder: string) {
    this.playing = playing;
    this.#frames = frames;
    this.stage = stage;
    this.panel = panel;
    this.#socket = socket;
    this.#folder = folder;
    playing.session.controllers.plug(CONTROLLER);
    // Not kept: minutes of pictures would not fit in memory.
    panel.onFrame = () => undefined;
    stage.onFrame = ({ payload }) => {
      this.shown.count++;
      if (!frames.hashes.has(hashOf(payload))) this.shown.foreign++;
    };
  }

  get show(): OpenShow {
    const open = this.playing.session.toRemember();
    if (open === null) throw new Error('no show is open');
    return open.show;
  }

  get time(): number {
    return this.playing.session.state().showTimeSeconds;
  }

  get framesSent(): number {
    return this.#frames.count;
  }

  async reach(seconds: number): Promise<void> {
    await this.panel.until(() => this.time >= seconds, 60_000);
  }

  async until(condition: () => boolean): Promise<void> {
    await this.panel.until(condition, 60_000);
  }

  osc(address: string, ...args: Argument[]): void {
    this.packet(encodeMessage(address, args));
  }

  /** Messages that belong together. */
  bundle(...messages: readonly (readonly [address: string, ...args: Argument[]])[]): void {
    this.packet(encodeBundle(messages.map(([address, ...args]) => encodeMessage(address, args))));
  }

  packet(bytes: Uint8Array): void {
    this.sent.osc++;
    this.#socket.send(bytes, this.playing.oscPort, '127.0.0.1');
  }

  /** Bytes as the controller's cable brings them. */
  midi(...bytes: number[]): void {
    this.sent.midi++;
    this.playing.session.controllers.receiveBytes(CONTROLLER, bytes);
  }

  /** A hand on the panel. */
  press(message: ClientMessage): void {
    this.sent.panel++;
    this.panel.send(message);
  }

  /** From now on frames are neither hashed nor kept: for runs that are about something else. */
  ignoreFrames(): void {
    this.stage.onFrame = () => undefined;
    this.playing.session.attach(this.playing.server);
  }

  /** Answers the show file's path. */
  async save(): Promise<string> {
    const said = 'The show is saved as ';
    this.press({ type: 'saveShow', name: 'set' });
    const words = (): string => this.panel.messages.flatMap((message) => (message.type === 'notice' && message.text.startsWith(said) ? [message.text] : [])).at(-1) ?? '';
    await this.until(() => words() !== '');
    return words().replace(said, '');
  }

  /** What was settled on stage, against the same ticks drawn from a saved show. */
  async compare(path: string): Promise<Comparison> {
    const settled = this.#frames.settled();
    const show = await openShow({ showFile: path, model: 'fake', asPlayed: true });
    try {
      const again = await drawTicks(show, [...settled.keys()]);
      return { settled, again, differing: [...settled.keys()].filter((tick) => settled.get(tick) !== again.get(tick)), overtaken: this.#frames.last.size - settled.size };
    } finally {
      await show.close();
    }
  }

  async close(): Promise<void> {
    this.#frames.stop();
    this.#socket.close();
    this.stage.close();
    this.panel.close();
    await this.playing.close();
    delete process.env['LATENTBEAT_CACHE'];
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Frames are looked at on their way out. */
function tapWire({ session, server }: Playing, frames: SentFrames): void {
  session.attach({
    sendFrame: (frame, epoch) => {
      frames.add(frame);
      server.sendFrame(frame, epoch);
    },
    clients: () => server.clients(),
    broadcast: (message, except) => server.broadcast(message, except),
    sendTo: (client, message) => server.sendTo(client, message),
    refill: () => server.refill(),
    welcomeAll: () => server.welcomeAll(),
  });
}

/** Draws ticks in their order. */
async function drawTicks({ walk, pipeline }: OpenShow, ticks: readonly number[]): Promise<Map<number, string>> {
  const drawn = new Map<number, string>();
  for (const tick of ticks.toSorted((a, b) => a - b)) {
    await walk.prepare(tick, tick + 1);
    drawn.set(tick, hashOf((await pipeline.draw(walk.pointAt(tick))).pixels));
  }
  return drawn;
}

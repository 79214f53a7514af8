/** A small host with known answers, and a page that speaks the protocol, for the tests of the server. */

import { once } from 'node:events';

import { WebSocket, type RawData } from 'ws';

import type { Frame } from '../../src/ahead/types.ts';
import { decodeFrame } from '../../src/protocol/frame.ts';
import type { Hop } from '../../src/protocol/hop.ts';
import { PROTOCOL_VERSION, type ClientMessage, type ServerMessage, type TransportState } from '../../src/protocol/messages.ts';
import { CORE_PARAMETERS } from '../../src/score/parameters.ts';
import type { ClientInfo, ShowHost, Welcome } from '../../src/server/web/host.ts';

export const TRANSPORT: TransportState = {
  playing: false, showTime: 0, at: 0, rate: 1, duration: 60, soundPage: null, clockSource: 'track', confidence: 1, tempo: 124, beat: 0, bar: 0, epoch: 3, loop: null,
};

/** A frame filled with `shade`. */
export function frameOf(tick: number, shade = 100, size = 32): Frame {
  return { tick, due: tick / 120, height: size, width: size, pixels: new Uint8Array(size * size * 4).fill(shade), cost: 5, generation: 1, cut: false };
}

export interface TestHost extends ShowHost {
  open: boolean;
  frames: Frame[];
  readonly received: ClientMessage[];
  readonly sounds: Hop[];
  readonly pages: ClientInfo[];
}

export function createTestHost(more: Partial<ShowHost> = {}): TestHost {
  const host: TestHost = {
    open: true, frames: [], received: [], sounds: [], pages: [],
    health: () => ({ ok: host.open, version: '0', model: 'fake', provider: 'cpu', track: 'demo', uptimeSeconds: 1 }),
    state: () => ({ showTimeSeconds: 1.5, beat: 3, bar: 0, tempo: 124, clockSource: 'track', bufferSeconds: 2, picturesPerSecond: 12, lateFrames: 0, generation: 1, parameters: { '/walk/speed': 1 } }),
    welcome: () => (host.open ? welcomeOf() : null),
    timelineBytes: () => Uint8Array.of(1, 2, 3),
    pcmPath: () => null,
    picture: (kind, id) => Promise.resolve(kind === 'scenes' && id === 'a' ? Uint8Array.of(0xff, 0xd8) : null),
    download: () => null,
    newestFrame: () => host.frames.at(-1) ?? null,
    bufferedFrames: () => host.frames,
    joined: (client) => void host.pages.push(client),
    left: (client) => void host.pages.splice(host.pages.findIndex(({ id }) => id === client.id), 1),
    receive: (_client, message) => void host.received.push(message),
    receiveSound: (_client, hop) => void host.sounds.push(hop),
    ...more,
  };
  return host;
}

function welcomeOf(): Welcome {
  const show = {
    title: 'Test', track: null, duration: 60, timelineUrl: null, pcmUrl: null, sampleRate: 44_100, channels: 2, presetName: 'test',
    presets: [], lookChain: [], stageRoutes: [], routes: [], walkSpeed: { slowest: 0.25, fastest: 3 }, model: 'fake', prompts: [],
  };
  return { show, parameters: CORE_PARAMETERS, values: {}, effects: [], transport: TRANSPORT, greetings: [{ type: 'storyboard', scenes: [] }] };
}

/** A page: keeps what it hears, and waits for it. */
export class TestPage {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly frames: ReturnType<typeof decodeFrame>[] = [];
  /** Takes each frame instead of `frames`, for shows too long to keep. */
  onFrame: ((frame: ReturnType<typeof decodeFrame>) => void) | null = null;
  #wake: (() => void)[] = [];

  constructor(url: string, options: { readonly origin?: string; readonly host?: string } = {}) {
    const headers = options.host === undefined ? {} : { Host: options.host };
    this.socket = new WebSocket(url.replace('http', 'ws').replace('localhost', '127.0.0.1') + '/ws', { ...(options.origin === undefined ? {} : { origin: options.origin }), headers });
    this.socket.on('message', (data: RawData, binary: boolean) => this.#hear(data as Buffer, binary));
  }

  /** Opens, says hello, and waits for the answer. */
  static async join(url: string, hello: Partial<Extract<ClientMessage, { type: 'hello' }>> = {}): Promise<TestPage> {
    const page = new TestPage(url);
    await once(page.socket, 'open');
    page.send({ type: 'hello', v: PROTOCOL_VERSION, role: 'stage', canPlaySound: true, ...hello });
    await page.until(() => page.messages.length > 0);
    return page;
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  find<T extends ServerMessage['type']>(type: T): Extract<ServerMessage, { type: T }> | undefined {
    return this.messages.findLast((message): message is Extract<ServerMessage, { type: T }> => message.type === type);
  }

  /** Waits for a condition on what came, at most `limitMs`. */
  async until(condition: () => boolean, limitMs = 45_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`what the page waits for never came; last: ${JSON.stringify(this.messages.slice(-3)).slice(0, 600)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  close(): void {
    this.socket.terminate();
  }

  #hear(data: Buffer, binary: boolean): void {
    if (binary) {
      const frame = decodeFrame(data.buffer.slice(data.byteOffset, data.byteOffset + data.length) as ArrayBuffer);
      if (this.onFrame === null) this.frames.push(frame);
      else this.onFrame(frame);
    } else this.messages.push(JSON.parse(data.toString('utf8')) as ServerMessage);
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/**
 * The page's side of the WebSocket: hello, pings, back-off when the line drops, text messages and binary frames to
 * their handlers. The picture goes on without it. Shared by the stage and the panel.
 */

import type { Milliseconds } from '../base/units.ts';
import { PROTOCOL_VERSION, type ClientMessage, type Role, type ServerMessage } from '../protocol/messages.ts';
import { addressOf } from './page/address.ts';
import { ServerClock } from './server-clock.ts';

export interface ConnectionHandlers {
  readonly onMessage: (message: ServerMessage) => void;
  readonly onFrame: (bytes: ArrayBuffer) => void;
  /** True once welcomed, false when the line has dropped. */
  readonly onLine: (connected: boolean) => void;
}

const FIRST_WAIT: Milliseconds = 250;
/** A server that is back is found within two seconds. */
const LONGEST_WAIT: Milliseconds = 1_000;
/**
 * Pings go out every second and are answered at once: a line that stays silent over so many of them is dead, though it may
 * not know. Counted by pings, not by time: a page that is held up itself (its GPU compiles) has not read what has come.
 */
const SILENT_PINGS = 4;
const PING_EVERY: Milliseconds = 1_000;
/** Pings sent at once after joining, to know the clock soon. */
const EARLY_PINGS: readonly Milliseconds[] = [0, 60, 140, 260, 420];
/** Binary messages wait in the browser beyond this many bytes: live input then skips hops. */
const SEND_LIMIT = 512 * 1024;

export class Connection {
  readonly clock = new ServerClock();
  readonly #base: string | undefined;
  readonly #role: Role;
  readonly #handlers: ConnectionHandlers;
  #socket: WebSocket | null = null;
  #canPlaySound = false;
  #wait: Milliseconds = FIRST_WAIT;
  #stopped = false;
  #welcomed = false;
  /** Pings since the line was last heard. */
  #unheard = 0;

  /** `base`: where latentbeat is served; the page itself where it is left out. */
  constructor(role: Role, handlers: ConnectionHandlers, base?: string) {
    this.#base = base;
    this.#role = role;
    this.#handlers = handlers;
  }

  start(): void {
    const socket = new WebSocket(addressOf(`/ws${this.#base === undefined ? location.search : ''}`, this.#base).replace(/^http/, 'ws'));
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => this.#sayHello());
    socket.addEventListener('message', (event) => socket === this.#socket && this.#receive(event.data as string | ArrayBuffer));
    socket.addEventListener('close', () => this.#comeBack(socket));
    this.#unheard = 0;
    const pinger = setInterval(() => (socket === this.#socket ? this.#tendLine(socket) : clearInterval(pinger)), PING_EVERY);
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.close();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(message: ClientMessage): void {
    if (this.isOpen) this.#socket?.send(JSON.stringify(message));
  }

  /** Sends a hop of sound; dropped while the line is behind. */
  sendBinary(bytes: ArrayBuffer): void {
    if (this.isOpen && (this.#socket?.bufferedAmount ?? 0) < SEND_LIMIT) this.#socket?.send(bytes);
  }

  /** A click has allowed sound (or it was taken away). */
  setCanPlaySound(value: boolean): void {
    if (value === this.#canPlaySound) return;
    this.#canPlaySound = value;
    this.#sendHello();
  }

  #sayHello(): void {
    this.#wait = FIRST_WAIT;
    this.clock.reset();
    this.#sendHello();
    for (const delay of EARLY_PINGS) setTimeout(() => this.#ping(), delay);
  }

  #sendHello(): void {
    this.send({ type: 'hello', v: PROTOCOL_VERSION, role: this.#role, canPlaySound: this.#canPlaySound });
  }

  #tendLine(socket: WebSocket): void {
    if (this.#role !== 'render' && this.#welcomed && this.isOpen && this.#unheard >= SILENT_PINGS) {
      // close() would wait for an answer that does not come.
      socket.close();
      return this.#comeBack(socket);
    }
    this.#unheard++;
    this.#ping();
  }

  #ping(): void {
    this.send({ type: 'ping', sent: performance.now() });
  }

  #receive(data: string | ArrayBuffer): void {
    this.#unheard = 0;
    if (typeof data !== 'string') return this.#handlers.onFrame(data);
    const message = JSON.parse(data) as ServerMessage;
    if (message.type === 'pong') return this.clock.addAnswer(message.sent, performance.now(), message.at);
    if (message.type === 'hello') {
      this.#welcomed = true;
      this.#handlers.onLine(true);
    }
    this.#handlers.onMessage(message);
  }

  #comeBack(socket: WebSocket): void {
    if (socket !== this.#socket || this.#stopped) return;
    this.#socket = null;
    this.#welcomed = false;
    this.#handlers.onLine(false);
    setTimeout(() => this.start(), this.#wait);
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }
}

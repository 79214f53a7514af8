/**
 * The pages on the WebSocket: hello, checked messages in, messages and frames out (frame-sender.ts).
 */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocket, WebSocketServer } from 'ws';

import type { Frame } from '../../ahead/types.ts';
import { messageOf } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import { decodeHop, type Hop } from '../../protocol/hop.ts';
import { PROTOCOL_VERSION, type ClientMessage, type ServerMessage } from '../../protocol/messages.ts';
import { gradeOf, isLoopbackAddress, isOwnHost, isOwnOrigin, type Grade, type LanAccess } from './access.ts';
import { parseClientMessage } from './client-message.ts';
import { FrameIntake, FrameSender } from './frame-sender.ts';
import type { ClientInfo, ShowHost, Wire } from './host.ts';

/** Largest message a page may send (bytes). */
const PAYLOAD_LIMIT = 262_144;
const PING_INTERVAL: Milliseconds = 15_000;
/** Of a page's bad messages the first few are answered, then one in a hundred. */
const ANSWERED_FAULTS = 5;

interface Page {
  readonly id: string;
  readonly socket: WebSocket;
  readonly loopback: boolean;
  /** Guests only look. */
  readonly grade: Grade;
  info: ClientInfo | null;
  welcomed: boolean;
  alive: boolean;
  faults: number;
  readonly intake: FrameIntake;
}

export interface SocketOptions {
  readonly host: ShowHost;
  readonly token: string;
  /** Asked at each upgrade, since the port is known only after listening. */
  readonly port: () => number;
  readonly now: () => Milliseconds;
  /** Null: loopback alone. */
  readonly lan: LanAccess | null;
  /** Where another program's server holds us, such as `/visuals`: its other sockets are left to it. */
  readonly mountPath?: string;
}

export class Sockets implements Wire {
  readonly #options: SocketOptions;
  readonly #pages = new Map<string, Page>();
  readonly #wss = new WebSocketServer({ noServer: true, maxPayload: PAYLOAD_LIMIT, perMessageDeflate: false });
  readonly #heartbeat: NodeJS.Timeout;
  readonly #frames = new FrameSender();
  #badMessages = 0;

  constructor(server: Server, options: SocketOptions) {
    this.#options = options;
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head));
    this.#heartbeat = setInterval(() => this.#dropDead(), PING_INTERVAL);
    this.#heartbeat.unref();
  }

  /** Messages refused since the start. */
  get badMessages(): number {
    return this.#badMessages;
  }

  /** Frames skipped for slow pages since the start, of the pages that are still here. */
  get skippedFrames(): number {
    return [...this.#pages.values()].reduce((sum, page) => sum + page.intake.skipped, 0);
  }

  clients(): readonly ClientInfo[] {
    return [...this.#pages.values()].flatMap((page) => (page.info === null ? [] : [page.info]));
  }

  broadcast(message: ServerMessage, exceptClientId?: string): void {
    const text = JSON.stringify(message);
    for (const page of this.#pages.values()) {
      const waits = page.info !== null && !page.welcomed && message.type !== 'progress' && message.type !== 'notice';
      if (page.info !== null && !waits && page.id !== exceptClientId) this.#sendText(page, text);
    }
  }

  sendTo(clientId: string, message: ServerMessage): void {
    const page = this.#pages.get(clientId);
    if (page !== undefined) this.#sendText(page, JSON.stringify(message));
  }

  sendFrame(frame: Frame, epoch: number): void {
    this.#frames.send([...this.#pages.values()].filter((page) => page.welcomed), frame, epoch);
  }

  refill(): void {
    const { host } = this.#options;
    const pages = [...this.#pages.values()].filter((page) => page.welcomed);
    const epoch = host.welcome()?.transport.epoch ?? 0;
    for (const frame of host.bufferedFrames()) this.#frames.send(pages, frame, epoch, true);
  }

  welcomeAll(): void {
    for (const page of this.#pages.values()) if (page.info !== null && !page.welcomed) this.#welcome(page, page.info);
  }

  close(): void {
    clearInterval(this.#heartbeat);
    for (const page of this.#pages.values()) page.socket.terminate();
    this.#wss.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const port = this.#options.port();
    const path = (request.url ?? '').split('?')[0];
    const { mountPath } = this.#options;
    if (mountPath !== undefined && path !== `${mountPath}/ws`) return;
    socket.on('error', () => socket.destroy());
    const names = this.#options.lan?.names;
    const grade = gradeOf(request, this.#options.lan);
    if (path !== `${mountPath ?? ''}/ws` || grade === null || !isOwnHost(request.headers.host, port, names) || !isOwnOrigin(request.headers.origin, port, names)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#wss.handleUpgrade(request, socket, head, (webSocket) => this.#join(webSocket, request, grade));
  }

  #join(socket: WebSocket, request: IncomingMessage, grade: Grade): void {
    const page: Page = {
      id: randomUUID(), socket, grade, loopback: isLoopbackAddress(request.socket.remoteAddress),
      info: null, welcomed: false, alive: true, faults: 0, intake: new FrameIntake(),
    };
    this.#pages.set(page.id, page);
    socket.on('pong', (data: Buffer) => {
      page.alive = true;
      this.#frames.hear(page, data, () => this.#options.host.bufferedFrames());
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#leave(page));
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(page, data, isBinary));
  }

  #leave(page: Page): void {
    this.#pages.delete(page.id);
    if (page.info !== null) this.#options.host.left(page.info);
  }

  #receive(page: Page, data: Buffer, isBinary: boolean): void {
    try {
      if (isBinary) this.#receiveSound(page, data);
      else {
        const parsed = parseClientMessage(data.toString('utf8'));
        if (parsed.ok) this.#act(page, parsed.message);
        else this.#refuse(page, parsed.reason);
      }
    } catch (thrown) {
      this.#sendText(page, JSON.stringify({ type: 'notice', level: 'warn', text: messageOf(thrown) } satisfies ServerMessage));
    }
  }

  #act(page: Page, message: ClientMessage): void {
    if (message.type === 'ping') {
      this.#sendText(page, JSON.stringify({ type: 'pong', sent: message.sent, at: this.#options.now() } satisfies ServerMessage));
    } else if (message.type === 'hello') {
      this.#greet(page, message.v, { id: page.id, role: message.role, canPlaySound: message.canPlaySound && page.grade === 'operator', loopback: page.loopback });
    } else if (page.info === null || !page.welcomed) {
      this.#refuse(page, `A ${message.type} message came before the hello was answered.`);
    } else if (page.grade === 'guest' && message.type !== 'drawn') this.#refuse(page, 'A guest only looks: ask the operator for the other address.');
    else this.#options.host.receive(page.info, message);
  }

  #greet(page: Page, version: number, info: ClientInfo): void {
    if (version !== PROTOCOL_VERSION) {
      this.#refuse(page, `This page speaks protocol ${version}, the server ${PROTOCOL_VERSION}: reload the page.`);
      page.socket.close(4000, 'protocol version');
      return;
    }
    page.info = info;
    if (page.welcomed) this.#options.host.joined(info);
    else this.#welcome(page, info);
  }

  #welcome(page: Page, info: ClientInfo): void {
    const { host, token } = this.#options;
    const welcome = host.welcome();
    if (welcome === null) return;
    page.welcomed = true;
    const { show, parameters, values, effects, transport } = welcome;
    const hello: ServerMessage = { type: 'hello', v: PROTOCOL_VERSION, clientId: page.id, token: page.grade === 'operator' ? token : '', show, parameters, values, effects, transport };
    this.#sendText(page, JSON.stringify(hello));
    for (const message of welcome.greetings ?? []) this.#sendText(page, JSON.stringify(message));
    host.joined(info);
    for (const frame of host.bufferedFrames()) this.#frames.send([page], frame, transport.epoch, true);
  }

  #receiveSound(page: Page, data: Buffer): void {
    if (page.info === null || page.grade === 'guest') return this.#refuse(page, 'Sound came from a page that may not send any.');
    let hop: Hop;
    try {
      hop = decodeHop(data);
    } catch (thrown) {
      return this.#refuse(page, messageOf(thrown));
    }
    this.#options.host.receiveSound(page.info, hop);
  }

  #refuse(page: Page, reason: string): void {
    this.#badMessages++;
    page.faults++;
    if (page.faults > ANSWERED_FAULTS && page.faults % 100 !== 0) return;
    this.#sendText(page, JSON.stringify({ type: 'notice', level: 'warn', text: reason } satisfies ServerMessage));
  }

  #sendText(page: Page, text: string): void {
    if (page.socket.readyState === WebSocket.OPEN) page.socket.send(text);
  }

  #dropDead(): void {
    for (const page of this.#pages.values()) {
      if (!page.alive) page.socket.terminate();
      else {
        page.alive = false;
        page.socket.ping();
      }
    }
  }
}

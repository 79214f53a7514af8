/**
 * OSCQuery over HTTP and WebSocket on a port of its own: the tree for browsing, values pushed to those who LISTEN as binary
 * OSC, binary OSC taken in. Read-only for HTTP (GET and HEAD). Hostile requests are answered or dropped, never thrown.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import { UserError } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import type { ControlValue } from '../../score/control.ts';
import { decodePacket, encodeMessage, encodeTyped, MAX_PACKET_BYTES } from './osc-codec.ts';
import { ECHO_INTERVAL, HOLD_TIME, type Peer } from './osc-echo.ts';
import { OUT_SIGNALS, type OutMessage } from './out-signals.ts';
import { answerQuery, buildTree, findNode, hostInfo, type TreeContent } from './oscquery-tree.ts';

const PORT_TRIES = 20;
const MAX_CLIENTS = 32;
const MAX_LISTENS = 1024;
/** A listener that does not read gets nothing more while this much waits for it. */
const MAX_WAITING_BYTES = 1 << 18;
const OUTS = new Map(OUT_SIGNALS.map((signal) => [signal.path, signal]));

export interface OscQueryOptions {
  /** 0 = any. */
  readonly port: number;
  readonly host?: string;
  readonly name: string;
  readonly oscPort: number;
  readonly content: () => TreeContent;
  /** Whether a request may be served (host name, address, origin); asked with the port it came to. */
  readonly admits: (request: IncomingMessage, port: number) => boolean;
  /** OSC that came over the WebSocket. */
  readonly onPacket: (bytes: Uint8Array, peer: Peer) => void;
  readonly onNotice?: (level: 'info' | 'warn', text: string) => void;
  readonly now?: () => Milliseconds;
}

export interface OscQueryCounters {
  readonly requests: number;
  /** Requests refused or not understood, commands and packets that were junk. */
  readonly bad: number;
  readonly clients: number;
}

interface Client {
  readonly socket: WebSocket;
  readonly peer: Peer;
  readonly listens: Set<string>;
  /** Paths to tell, encoded. */
  readonly pending: Map<string, Uint8Array>;
  /** Paths that the client itself moves, until when. */
  readonly held: Map<string, Milliseconds>;
}

export class OscQueryServer {
  private readonly options: OscQueryOptions;
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PACKET_BYTES, perMessageDeflate: false });
  private readonly clients = new Set<Client>();
  private timer: NodeJS.Timeout | undefined;
  private counts = { requests: 0, bad: 0 };
  private boundPort = 0;

  /** Listens on the wished port or the next free one, and says so. Throws UserError where none is free. */
  static async open(options: OscQueryOptions): Promise<OscQueryServer> {
    const query = new OscQueryServer(options);
    const last = options.port === 0 ? 0 : options.port + PORT_TRIES - 1;
    for (let port = options.port; port <= last; port++) {
      if (!await query.tryListen(port)) continue;
      if (port !== options.port) options.onNotice?.('warn', `OSCQuery port ${options.port} is busy, so the tree is at port ${port}.`);
      return query;
    }
    throw new UserError('device', `OSCQuery ports ${options.port} to ${last} are all busy: close what uses them or choose another with --oscquery-port.`);
  }

  private constructor(options: OscQueryOptions) {
    this.options = options;
    this.server = createServer((request, response) => this.answer(request, response));
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => this.upgrade(request, socket, head));
    this.server.on('clientError', (_, socket) => {
      this.counts.bad++;
      socket.destroy();
    });
    this.server.headersTimeout = 5000;
    this.server.requestTimeout = 10_000;
  }

  get port(): number {
    return this.boundPort;
  }

  get counters(): OscQueryCounters {
    return { ...this.counts, clients: this.clients.size };
  }

  /** A control has a new value: to those who listen, at most 30 times a second, and not to the one who moves it. */
  echo(path: string, value: ControlValue): void {
    this.push(path, () => encodeMessage(path, [value]));
  }

  /** Outputs; beats go out at once. */
  sendOut(messages: readonly OutMessage[]): void {
    for (const { path, args } of messages) {
      const signal = OUTS.get(path);
      const packet = (): Uint8Array => encodeTyped(path, signal?.types ?? 'f', args);
      if (signal?.event !== true) this.push(path, packet);
      else for (const client of this.clients) if (client.listens.has(path)) sendTo(client, packet());
    }
  }

  /** Nodes under this path differ: names of presets, words of prompts, another show's effects. */
  pathChanged(path: string): void {
    const text = JSON.stringify({ COMMAND: 'PATH_CHANGED', DATA: path });
    for (const { socket } of this.clients) if (socket.readyState === WebSocket.OPEN) socket.send(text);
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    for (const { socket } of this.clients) socket.terminate();
    this.sockets.close();
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async tryListen(port: number): Promise<boolean> {
    return await new Promise((resolve) => {
      const fail = (): void => resolve(false);
      this.server.once('error', fail);
      this.server.listen(port, this.options.host ?? '127.0.0.1', () => {
        this.server.off('error', fail);
        this.server.on('error', () => undefined);
        this.boundPort = (this.server.address() as AddressInfo).port;
        resolve(true);
      });
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.counts.requests++;
    request.resume();
    response.on('error', () => undefined);
    if (!this.options.admits(request, this.boundPort)) return this.say(response, 403, { error: 'This address is not served here.' });
    if (request.method !== 'GET' && request.method !== 'HEAD') return this.say(response, 405, { error: 'Only GET is understood.' });
    const [rawPath = '/', query = ''] = (request.url ?? '/').split('#')[0]?.split('?') ?? [];
    const path = decoded(rawPath);
    const attribute = decoded(query);
    if (path === undefined || attribute === undefined) return this.say(response, 400, { error: 'The address cannot be read.' });
    const { status, body } = answerQuery(buildTree(this.options.content()), this.hostInfo(), path, attribute);
    this.say(response, status, body);
  }

  private say(response: ServerResponse, status: number, body: unknown): void {
    if (status >= 400) this.counts.bad++;
    const text = status === 204 ? '' : JSON.stringify(body);
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    response.end(text);
  }

  private hostInfo(): ReturnType<typeof hostInfo> {
    return hostInfo(this.options.name, this.options.oscPort, this.boundPort);
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (this.clients.size >= MAX_CLIENTS || !this.options.admits(request, this.boundPort)) {
      this.counts.bad++;
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.join(webSocket, request));
  }

  private join(socket: WebSocket, { socket: { remoteAddress = '', remotePort = 0 } }: IncomingMessage): void {
    const client: Client = { socket, peer: { address: remoteAddress, port: remotePort, transport: 'ws' }, listens: new Set(), pending: new Map(), held: new Map() };
    this.clients.add(client);
    socket.on('error', () => {
      this.counts.bad++;
      socket.terminate();
    });
    socket.on('close', () => this.clients.delete(client));
    socket.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      if (isBinary) this.takePacket(client, bytes);
      else this.takeCommand(client, bytes.toString('utf8'));
    });
  }

  private takePacket(client: Client, bytes: Buffer): void {
    const until = this.now() + HOLD_TIME;
    for (const { messages } of decodePacket(bytes).bundles) for (const { address } of messages) if (client.listens.has(address)) client.held.set(address, until);
    this.options.onPacket(bytes, client.peer);
  }

  private takeCommand(client: Client, text: string): void {
    const command = readCommand(text);
    const node = command === undefined ? undefined : findNode(buildTree(this.options.content()), command.path);
    if (command === undefined || node === undefined || client.listens.size >= MAX_LISTENS) this.counts.bad++;
    else if (command.name === 'LISTEN') client.listens.add(node.FULL_PATH);
    else client.listens.delete(node.FULL_PATH);
  }

  private push(path: string, encode: () => Uint8Array): void {
    let packet: Uint8Array | undefined;
    for (const client of this.clients) {
      if (!client.listens.has(path)) continue;
      packet ??= encode();
      client.pending.set(path, packet);
    }
    if (packet !== undefined) this.schedule();
  }

  private schedule(): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      for (const client of this.clients) this.flush(client);
    }, ECHO_INTERVAL);
    this.timer.unref();
  }

  private flush(client: Client): void {
    const now = this.now();
    for (const [path, packet] of client.pending) {
      if (now < (client.held.get(path) ?? -Infinity)) continue;
      client.held.delete(path);
      client.pending.delete(path);
      sendTo(client, packet);
    }
    if (client.pending.size > 0) this.schedule();
  }

  private now(): Milliseconds {
    return (this.options.now ?? (() => performance.now()))();
  }
}

function sendTo({ socket }: Client, packet: Uint8Array): void {
  if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < MAX_WAITING_BYTES) socket.send(packet, { binary: true });
}

/** Undefined for percent signs that mean nothing. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function readCommand(text: string): { readonly name: 'LISTEN' | 'IGNORE'; readonly path: string } | undefined {
  try {
    const command: unknown = JSON.parse(text);
    if (typeof command !== 'object' || command === null || !('COMMAND' in command) || !('DATA' in command)) return undefined;
    const { COMMAND: name, DATA: path } = command;
    return (name === 'LISTEN' || name === 'IGNORE') && typeof path === 'string' ? { name, path } : undefined;
  } catch {
    return undefined;
  }
}

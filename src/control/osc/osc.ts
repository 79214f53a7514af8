/**
 * OSC in and out over UDP and, on the same port, TCP. Every change is echoed to the controllers that spoke in the last
 * minute; who subscribes also gets the streams under /out/. Loopback unless told otherwise; then only allowed addresses.
 *
 * Messages to the socket itself, beside the parameter table:
 * - `/osc/subscribe [port]`: echoes, streams and a snapshot to the sender's address, at that port (default: the one it sends from)
 * - `/osc/unsubscribe [port]`: no more of them
 * - `/osc/refresh`: a snapshot of all values
 */

import { createSocket, type Socket } from 'node:dgram';
import { UserError } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import type { ControlValue, ControlValues } from '../../score/control.ts';
import type { ParameterTable } from '../../score/parameters.ts';
import type { ControlRequest } from './osc-change.ts';
import { encodeBundle, encodeMessage, encodeTyped, type OscMessage } from './osc-codec.ts';
import { ECHO_INTERVAL, EchoBook, type Peer } from './osc-echo.ts';
import { OscInlet, type OscCounters } from './osc-inlet.ts';
import { OscTcp } from './osc-tcp.ts';
import { OUT_SIGNALS, type OutMessage } from './out-signals.ts';

export type { ControlRequest } from './osc-change.ts';
export { LATE_TOLERANCE, MAX_AHEAD, type OscCounters } from './osc-inlet.ts';

/** Ports tried after a busy one. */
const PORT_TRIES = 20;
const SNAPSHOT_BYTES = 1200;
/** Room for what a controller sends while a picture is being packed. */
const RECEIVE_BUFFER_BYTES = 1 << 20;
const OUT_TYPES: ReadonlyMap<string, string> = new Map(OUT_SIGNALS.map(({ path, types }) => [path, types]));

export interface OscOptions {
  /** UDP and TCP port wished for; 0 = any. */
  readonly port: number;
  readonly host?: string;
  /** Whether a sender's address may speak; by default all that reach the socket. */
  readonly allows?: (address: string) => boolean;
  readonly table: ParameterTable;
  /** Current values, for the snapshot that a new controller gets. */
  readonly values: () => ControlValues;
  /** All changes of one packet or bundle, in order, to be applied together. */
  readonly onChanges: (changes: readonly ControlRequest[]) => void;
  /** Everything that was read, for a monitor. */
  readonly onMessage?: (message: OscMessage, peer: Peer, isKnown: boolean) => void;
  readonly onNotice?: (level: 'info' | 'warn', text: string) => void;
  /** Monotonic clock (ms); by default the process's. */
  readonly now?: () => Milliseconds;
  /** Unix clock (ms) that timetags refer to. */
  readonly wallClock?: () => Milliseconds;
}

export class OscServer {
  private readonly socket: Socket;
  private readonly options: OscOptions;
  private table: ParameterTable;
  private readonly inlet: OscInlet;
  private readonly echoes = new EchoBook();
  private tcp: OscTcp | undefined;
  private echoTimer: NodeJS.Timeout | undefined;
  private closed = false;

  /** Opens sockets on the wished port or the next free one, and says so. Throws UserError where none is free. */
  static async open(options: OscOptions): Promise<OscServer> {
    const host = options.host ?? '127.0.0.1';
    const tries = options.port === 0 ? 1 : PORT_TRIES;
    for (let port = options.port; port < options.port + tries; port++) {
      const socket = await bindSocket(host, port);
      if (socket === undefined) continue;
      if (port !== options.port) options.onNotice?.('warn', `OSC port ${options.port} is busy; listening on ${port} instead, so point the controller there.`);
      const server = new OscServer(socket, options);
      await server.openTcp(host);
      return server;
    }
    throw new UserError('device', `OSC ports ${options.port} to ${options.port + tries - 1} are all busy: close what uses them or choose another with --osc-port.`);
  }

  private constructor(socket: Socket, options: OscOptions) {
    this.socket = socket;
    this.options = options;
    this.table = options.table;
    this.inlet = new OscInlet({
      table: options.table,
      wallClock: options.wallClock ?? Date.now,
      onChanges: options.onChanges,
      onApplied: (changes, peer) => this.hearPeer(changes, peer),
      onService: (message, peer) => this.serve(message, peer),
      onFault: (text) => options.onNotice?.('warn', text),
      ...(options.onMessage === undefined ? {} : { onMessage: options.onMessage }),
    });
    socket.on('message', (bytes, from) => this.receive(bytes, { address: from.address, port: from.port }));
    // Windows reports a closed peer here; the show goes on.
    socket.on('error', () => undefined);
  }

  get port(): number {
    return this.closed ? 0 : this.socket.address().port;
  }

  /** TCP answers on the same port. */
  get hasTcp(): boolean {
    return this.tcp !== undefined;
  }

  get counters(): OscCounters {
    return this.inlet.counters;
  }

  /** The parameters changed (another preset's effects, say). */
  setTable(table: ParameterTable): void {
    this.table = table;
    this.inlet.setTable(table);
  }

  /** Echoes and streams go to this address for good, whether it ever speaks or not. */
  subscribe(peer: Peer): void {
    if (this.echoes.subscribe(peer, this.now())) this.sendSnapshot(peer, new Set());
    else this.options.onNotice?.('warn', `Too many OSC listeners: ${peer.address}:${peer.port} is left out.`);
  }

  /** A packet that came by another way (OSCQuery's WebSocket). */
  takePacket(bytes: Uint8Array, peer: Peer): void {
    this.inlet.take(bytes, peer);
  }

  /** A control has a new value, whoever moved it: told to the controllers that do not hold it. */
  echo(path: string, value: ControlValue): void {
    this.echoes.change(path, value);
    this.scheduleEchoes();
  }

  /** Streams to the subscribers. */
  sendOut(messages: readonly OutMessage[]): void {
    const peers = messages.length === 0 ? [] : this.echoes.subscribers();
    if (peers.length === 0) return;
    const packets = messages.map(({ path, args }) => encodeTyped(path, OUT_TYPES.get(path) ?? 'f', args));
    const bytes = packets.length === 1 ? (packets[0] as Uint8Array) : encodeBundle(packets);
    for (const peer of peers) this.send(bytes, peer);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.echoTimer);
    this.inlet.close();
    await this.tcp?.close();
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  private async openTcp(host: string): Promise<void> {
    const port = this.socket.address().port;
    this.tcp = await OscTcp.open({
      host, port,
      allows: (address) => this.allows(address),
      onPacket: (bytes, peer) => this.inlet.take(bytes, peer),
      onBad: (count) => this.inlet.addBad(count),
      onRefused: () => this.inlet.refuse(),
      onGone: (peer) => this.echoes.unsubscribe(peer),
    });
    if (this.tcp === undefined) this.options.onNotice?.('warn', `TCP port ${port} is taken, so OSC comes in by UDP alone.`);
  }

  private allows(address: string): boolean {
    return this.options.allows?.(address) ?? true;
  }

  private receive(bytes: Uint8Array, peer: Peer): void {
    if (this.allows(peer.address)) this.inlet.take(bytes, peer);
    else this.inlet.refuse();
  }

  private hearPeer(changes: readonly ControlRequest[], peer: Peer): void {
    if (peer.transport === 'ws') return;
    const now = this.now();
    const isNew = this.echoes.see(peer, now);
    for (const change of changes) if (change.kind === 'value') this.echoes.hold(peer, change.path, change.value, now);
    if (isNew) this.sendSnapshot(peer, new Set(changes.map(({ path }) => path)));
    this.scheduleEchoes();
  }

  private serve({ address, args }: OscMessage, peer: Peer): boolean {
    if (!address.startsWith('/osc/')) return false;
    const asked = Number(args[0]);
    const target: Peer = peer.transport === undefined && Number.isInteger(asked) && asked > 0 && asked < 65_536 ? { ...peer, port: asked } : peer;
    if (address === '/osc/subscribe') this.subscribe(target);
    else if (address === '/osc/unsubscribe') this.echoes.unsubscribe(target);
    else if (address === '/osc/refresh') this.sendSnapshot(target, new Set());
    else return false;
    return true;
  }

  private sendSnapshot(peer: Peer, moved: ReadonlySet<string>): void {
    const values = this.options.values();
    let batch: Uint8Array[] = [];
    let bytes = 0;
    for (const { path, kind } of this.table.values()) {
      const value = values[path];
      if (kind === 'trigger' || value === undefined || moved.has(path)) continue;
      const message = encodeMessage(path, [value]);
      if (bytes + message.length > SNAPSHOT_BYTES) {
        this.send(encodeBundle(batch), peer);
        batch = [];
        bytes = 0;
      }
      batch.push(message);
      bytes += message.length;
    }
    if (batch.length > 0) this.send(encodeBundle(batch), peer);
  }

  private scheduleEchoes(): void {
    if (this.closed || this.echoTimer !== undefined || this.echoes.isSettled()) return;
    this.echoTimer = setTimeout(() => {
      this.echoTimer = undefined;
      for (const { peer, path, value } of this.echoes.takeDue(this.now())) this.send(encodeMessage(path, [value]), peer);
      this.scheduleEchoes();
    }, ECHO_INTERVAL / 2);
    this.echoTimer.unref();
  }

  private send(bytes: Uint8Array, peer: Peer): void {
    if (this.closed) return;
    if (peer.transport === 'tcp') this.tcp?.send(bytes, peer);
    else if (peer.transport === undefined) this.socket.send(bytes, peer.port, peer.address, () => undefined);
  }

  private now(): Milliseconds {
    return (this.options.now ?? (() => performance.now()))();
  }
}

/** A bound socket, or undefined where the port is taken. */
function bindSocket(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    socket.once('error', (fault: NodeJS.ErrnoException) => {
      socket.close();
      if (fault.code === 'EADDRINUSE' || fault.code === 'EACCES') resolve(undefined);
      else reject(new UserError('device', `OSC cannot listen on ${host}:${port}: ${fault.message}.`));
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

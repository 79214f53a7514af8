/**
 * OSC in and out over UDP, on loopback. One packet or bundle is handed on as one list of changes (atomically); junk is
 * counted and never thrown; every change is echoed to the controllers that spoke in the last minute.
 * Knows nothing of ticks: the driver stamps what it hears.
 */

import { createSocket, type Socket } from 'node:dgram';
import { messageOf, UserError } from '../base/errors.ts';
import type { Milliseconds } from '../base/units.ts';
import type { ControlValue, ControlValues } from '../score/control.ts';
import type { ParameterTable } from '../score/parameters.ts';
import { changesOf, type ControlRequest } from './osc-change.ts';
import { decodePacket, encodeBundle, encodeMessage, type OscBundle } from './osc-codec.ts';
import { ECHO_INTERVAL, EchoBook, type Peer } from './osc-echo.ts';

export type { ControlRequest } from './osc-change.ts';

/** A bundle is held back for its timetag at most this long; a later one is applied at once and counted. */
export const MAX_AHEAD: Milliseconds = 1000;
/** A bundle is counted as late when its timetag lies further back than this. */
export const LATE_TOLERANCE: Milliseconds = 100;
/** Ports tried after a busy one. */
const PORT_TRIES = 20;
const MAX_WAITING_BUNDLES = 256;
const SNAPSHOT_BYTES = 1200;
/** Room for what a controller sends while a picture is being packed. */
const RECEIVE_BUFFER_BYTES = 1 << 20;

export interface OscOptions {
  /** UDP port wished for; 0 = any. */
  readonly port: number;
  readonly host?: string;
  readonly table: ParameterTable;
  /** Current values, for the snapshot that a new controller gets. */
  readonly values: () => ControlValues;
  /** All changes of one packet or bundle, in order, to be applied together. */
  readonly onChanges: (changes: readonly ControlRequest[]) => void;
  readonly onNotice?: (level: 'info' | 'warn', text: string) => void;
  /** Monotonic clock (ms); by default the process's. */
  readonly now?: () => Milliseconds;
  /** Unix clock (ms) that timetags refer to. */
  readonly wallClock?: () => Milliseconds;
}

export interface OscCounters {
  /** Messages understood. */
  readonly received: number;
  /** Packets or messages that were junk, or named no parameter. */
  readonly bad: number;
  /** Bundles whose timetag was past, or more than a second ahead. */
  readonly late: number;
}

export class OscServer {
  private readonly socket: Socket;
  private readonly options: OscOptions;
  private table: ParameterTable;
  private readonly echoes = new EchoBook();
  private readonly waiting = new Set<NodeJS.Timeout>();
  private echoTimer: NodeJS.Timeout | undefined;
  private closed = false;
  private counts = { received: 0, bad: 0, late: 0 };

  /** Opens a socket on the wished port or the next free one, and says so. Throws UserError where none is free. */
  static async open(options: OscOptions): Promise<OscServer> {
    const host = options.host ?? '127.0.0.1';
    const tries = options.port === 0 ? 1 : PORT_TRIES;
    for (let port = options.port; port < options.port + tries; port++) {
      const socket = await bindSocket(host, port);
      if (socket === undefined) continue;
      if (port !== options.port) options.onNotice?.('warn', `OSC port ${options.port} is busy; listening on ${port} instead, so point the controller there.`);
      return new OscServer(socket, options);
    }
    throw new UserError('device', `OSC ports ${options.port} to ${options.port + tries - 1} are all busy: close what uses them or choose another with --osc-port.`);
  }

  private constructor(socket: Socket, options: OscOptions) {
    this.socket = socket;
    this.options = options;
    this.table = options.table;
    socket.on('message', (bytes, from) => this.receive(bytes, { address: from.address, port: from.port }));
    // Windows reports a closed peer here; the show goes on.
    socket.on('error', () => undefined);
  }

  get port(): number {
    return this.closed ? 0 : this.socket.address().port;
  }

  get counters(): OscCounters {
    return { ...this.counts };
  }

  /** The parameters changed (another preset's effects, say). */
  setTable(table: ParameterTable): void {
    this.table = table;
  }

  /** A control has a new value, whoever moved it: told to the controllers that do not hold it. */
  echo(path: string, value: ControlValue): void {
    this.echoes.change(path, value);
    this.scheduleEchoes();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.echoTimer);
    for (const timer of this.waiting) clearTimeout(timer);
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  private receive(bytes: Uint8Array, peer: Peer): void {
    const { bundles, bad } = decodePacket(bytes);
    this.counts.bad += bad;
    for (const bundle of bundles) this.takeBundle(bundle, peer);
  }

  private takeBundle(bundle: OscBundle, peer: Peer): void {
    const ahead = bundle.due === null ? 0 : bundle.due - (this.options.wallClock ?? Date.now)();
    if (ahead < -LATE_TOLERANCE || ahead > MAX_AHEAD) this.counts.late++;
    if (ahead <= 0 || ahead > MAX_AHEAD || this.waiting.size >= MAX_WAITING_BUNDLES) {
      this.applyBundle(bundle, peer);
      return;
    }
    const timer = setTimeout(() => {
      this.waiting.delete(timer);
      this.applyBundle(bundle, peer);
    }, ahead);
    this.waiting.add(timer);
  }

  private applyBundle(bundle: OscBundle, peer: Peer): void {
    const changes: ControlRequest[] = [];
    for (const message of bundle.messages) {
      const found = changesOf(message, this.table);
      if (found === undefined) this.counts.bad++;
      else {
        this.counts.received++;
        changes.push(...found);
      }
    }
    if (changes.length === 0) return;
    const now = this.now();
    const isNew = this.echoes.see(peer, now);
    for (const change of changes) if (change.kind === 'value') this.echoes.hold(peer, change.path, change.value, now);
    this.handOn(changes);
    if (isNew) this.sendSnapshot(peer, new Set(changes.map(({ path }) => path)));
    this.scheduleEchoes();
  }

  /** A fault in the show must not reach the socket's event loop as an uncaught exception. */
  private handOn(changes: readonly ControlRequest[]): void {
    try {
      this.options.onChanges(changes);
    } catch (thrown) {
      this.options.onNotice?.('warn', `An OSC message could not be applied, the show goes on: ${messageOf(thrown)}`);
    }
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
    if (!this.closed) this.socket.send(bytes, peer.port, peer.address, () => undefined);
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

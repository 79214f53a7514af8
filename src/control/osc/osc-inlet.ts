/**
 * OSC packets from any transport → lists of changes. A packet or bundle is handed on as one list (atomically), bundles wait
 * for their timetag up to a second, junk is counted and never thrown. Knows no sockets; the driver stamps what it hears.
 */

import { messageOf } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import type { ParameterTable } from '../../score/parameters.ts';
import { changesOf, type ControlRequest } from './osc-change.ts';
import { decodePacket, type OscBundle, type OscMessage } from './osc-codec.ts';
import type { Peer } from './osc-echo.ts';

/** A bundle is held back for its timetag at most this long; a later one is applied at once and counted. */
export const MAX_AHEAD: Milliseconds = 1000;
/** A bundle is counted as late when its timetag lies further back than this. */
export const LATE_TOLERANCE: Milliseconds = 100;
const MAX_WAITING_BUNDLES = 256;

export interface OscCounters {
  /** Packets that came from allowed addresses, good and bad. */
  readonly packets: number;
  /** Messages understood. */
  readonly received: number;
  /** Packets or messages that were junk, or named no parameter. */
  readonly bad: number;
  /** Bundles whose timetag was past, or more than a second ahead. */
  readonly late: number;
  /** Packets from addresses that are not allowed. */
  readonly refused: number;
}

export interface InletOptions {
  readonly table: ParameterTable;
  /** Unix clock (ms) that timetags refer to. */
  readonly wallClock: () => Milliseconds;
  /** All changes of one packet or bundle, in order. Called before `onApplied`. */
  readonly onChanges: (changes: readonly ControlRequest[]) => void;
  /** The peer has said this, and it was handed on. */
  readonly onApplied: (changes: readonly ControlRequest[], peer: Peer) => void;
  /** Messages to the socket itself (`/osc/subscribe` …). True where it was one. */
  readonly onService: (message: OscMessage, peer: Peer) => boolean;
  /** Everything that was read, for a monitor; `isKnown`: it names a parameter. */
  readonly onMessage?: (message: OscMessage, peer: Peer, isKnown: boolean) => void;
  readonly onFault?: (text: string) => void;
}

export class OscInlet {
  private readonly options: InletOptions;
  private table: ParameterTable;
  private readonly waiting = new Set<NodeJS.Timeout>();
  private counts = { packets: 0, received: 0, bad: 0, late: 0, refused: 0 };

  constructor(options: InletOptions) {
    this.options = options;
    this.table = options.table;
  }

  get counters(): OscCounters {
    return { ...this.counts };
  }

  setTable(table: ParameterTable): void {
    this.table = table;
  }

  refuse(): void {
    this.counts.refused++;
  }

  /** Parts of a stream that were no packet. */
  addBad(count: number): void {
    this.counts.bad += count;
  }

  take(bytes: Uint8Array, peer: Peer): void {
    this.counts.packets++;
    const { bundles, bad } = decodePacket(bytes);
    this.counts.bad += bad;
    for (const bundle of bundles) this.takeBundle(bundle, peer);
  }

  close(): void {
    for (const timer of this.waiting) clearTimeout(timer);
    this.waiting.clear();
  }

  private takeBundle(bundle: OscBundle, peer: Peer): void {
    const ahead = bundle.due === null ? 0 : bundle.due - this.options.wallClock();
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
    const changes = bundle.messages.flatMap((message) => this.read(message, peer));
    if (changes.length === 0) return;
    this.handOn(changes);
    this.options.onApplied(changes, peer);
  }

  private read(message: OscMessage, peer: Peer): readonly ControlRequest[] {
    if (this.options.onService(message, peer)) {
      this.counts.received++;
      return [];
    }
    const found = changesOf(message, this.table);
    if (found === undefined) this.counts.bad++;
    else this.counts.received++;
    this.options.onMessage?.(message, peer, found !== undefined);
    return found ?? [];
  }

  /** A fault in the show must not reach the socket's event loop as an uncaught exception. */
  private handOn(changes: readonly ControlRequest[]): void {
    try {
      this.options.onChanges(changes);
    } catch (thrown) {
      this.options.onFault?.(`An OSC message could not be applied, the show goes on: ${messageOf(thrown)}`);
    }
  }
}

/**
 * Who hears about a change, and when. Pure book-keeping, time is an argument (monotonic ms): every change goes to all
 * recent peers on the same address, at most 30 times a second with the last value winning, but not to the peer whose
 * hand is on that control, since motor faders and lit pads would fight it.
 */

import type { Milliseconds } from '../../base/units.ts';
import type { ControlValue } from '../../score/control.ts';

/** A peer is forgotten this long after its last packet. */
export const PEER_LIFE: Milliseconds = 60_000;
export const ECHO_INTERVAL: Milliseconds = 1000 / 30;
/** A control counts as held by a peer until this long after its last message for it. */
export const HOLD_TIME: Milliseconds = 300;
export const MAX_PEERS = 32;

/** Where a packet came from and where echoes go. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  /** Left out: UDP. */
  readonly transport?: 'tcp' | 'ws';
}

export interface Echo {
  readonly peer: Peer;
  readonly path: string;
  readonly value: ControlValue;
}

interface PeerState {
  readonly peer: Peer;
  lastSeen: Milliseconds;
  /** Asked for echoes and streams: stays until it unsubscribes. */
  subscribed: boolean;
  /** By path: what the peer believes, when it was told, and until when its own hand is on it. */
  readonly known: Map<string, { value: ControlValue; toldAt: Milliseconds; heldUntil: Milliseconds }>;
}

export class EchoBook {
  private readonly peers = new Map<string, PeerState>();
  private readonly values = new Map<string, ControlValue>();

  /** Notes a packet of a peer; true where it is new or was forgotten, and so needs a snapshot. */
  see(peer: Peer, now: Milliseconds): boolean {
    this.forget(now);
    const key = keyOf(peer);
    const state = this.peers.get(key);
    if (state !== undefined) {
      state.lastSeen = now;
      return false;
    }
    if (this.peers.size >= MAX_PEERS) this.dropOldest();
    this.peers.set(key, { peer, lastSeen: now, subscribed: false, known: new Map() });
    return true;
  }

  /** A peer asks for echoes and streams, for good. False where too many have. */
  subscribe(peer: Peer, now: Milliseconds): boolean {
    const isKnown = this.peers.has(keyOf(peer));
    if (!isKnown && this.subscribers().length >= MAX_PEERS - 1) return false;
    this.see(peer, now);
    (this.peers.get(keyOf(peer)) as PeerState).subscribed = true;
    return true;
  }

  unsubscribe(peer: Peer): void {
    this.peers.delete(keyOf(peer));
  }

  /** Peers that get the streams. */
  subscribers(): readonly Peer[] {
    return [...this.peers.values()].filter(({ subscribed }) => subscribed).map(({ peer }) => peer);
  }

  /** The peer itself has moved a control to a value. */
  hold(peer: Peer, path: string, value: ControlValue, now: Milliseconds): void {
    this.peers.get(keyOf(peer))?.known.set(path, { value, toldAt: now, heldUntil: now + HOLD_TIME });
  }

  /** A control now has this value, whoever moved it. */
  change(path: string, value: ControlValue): void {
    this.values.set(path, value);
  }

  /** What has to be sent now; counts as sent. */
  takeDue(now: Milliseconds): Echo[] {
    this.forget(now);
    const echoes: Echo[] = [];
    for (const { peer, known } of this.peers.values()) {
      for (const [path, value] of this.values) {
        const told = known.get(path);
        if (told !== undefined && (told.value === value || now < told.heldUntil || now - told.toldAt < ECHO_INTERVAL)) continue;
        known.set(path, { value, toldAt: now, heldUntil: 0 });
        echoes.push({ peer, path, value });
      }
    }
    return echoes;
  }

  /** Nothing more would ever be due without another change. */
  isSettled(): boolean {
    for (const { known } of this.peers.values()) for (const [path, value] of this.values) if (known.get(path)?.value !== value) return false;
    return true;
  }

  private forget(now: Milliseconds): void {
    for (const [key, { lastSeen, subscribed }] of this.peers) if (!subscribed && now - lastSeen > PEER_LIFE) this.peers.delete(key);
  }

  private dropOldest(): void {
    const oldest = [...this.peers].filter(([, { subscribed }]) => !subscribed).sort(([, a], [, b]) => a.lastSeen - b.lastSeen)[0];
    if (oldest !== undefined) this.peers.delete(oldest[0]);
  }
}

function keyOf(peer: Peer): string {
  return `${peer.transport ?? 'udp'} ${peer.address}:${peer.port}`;
}

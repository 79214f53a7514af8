/**
 * The seam between the web server and whoever owns a show: play's session, or the exporter with its private page.
 * The server knows HTTP, sockets and access rules; the host knows the show. Every call of the host is synchronous and
 * cheap unless it returns a promise. Instants are server-monotonic milliseconds, show times seconds.
 */

import type { Frame } from '../../ahead/types.ts';
import type { Seconds } from '../../base/units.ts';
import type { Hop } from '../../protocol/hop.ts';
import type { ClientMessage, EffectSource, Role, ServerMessage, ShowInfo, TransportState } from '../../protocol/messages.ts';
import type { ControlValue } from '../../score/control.ts';
import type { Parameter } from '../../score/parameters.ts';

/** A page on the socket, after its hello. */
export interface ClientInfo {
  readonly id: string;
  readonly role: Role;
  readonly canPlaySound: boolean;
  /** On this machine: gets raw pixels instead of JPEG. */
  readonly loopback: boolean;
}

/** `GET /api/health`: status 200 with `ok: true` once the show is ready, 503 before. */
export interface Health {
  readonly ok: boolean;
  readonly version: string;
  readonly model: string;
  readonly provider: string;
  readonly track: string | null;
  readonly uptimeSeconds: Seconds;
}

/** `GET /api/state`. */
export interface StateReport {
  readonly showTimeSeconds: Seconds;
  readonly beat: number;
  readonly bar: number;
  readonly tempo: number;
  readonly clockSource: string;
  readonly bufferSeconds: Seconds;
  readonly picturesPerSecond: number;
  readonly lateFrames: number;
  readonly generation: number;
  readonly parameters: Readonly<Record<string, ControlValue>>;
}

/** What a page learns when it joins; the server adds the version, its id and the token. */
export interface Welcome {
  readonly show: ShowInfo;
  readonly parameters: readonly Parameter[];
  readonly values: Record<string, ControlValue>;
  readonly effects: readonly EffectSource[];
  readonly transport: TransportState;
  /** Sent right after hello: storyboard, keepers … */
  readonly greetings?: readonly ServerMessage[];
}

export interface Download {
  readonly path: string;
  /** File name offered to the browser. */
  readonly name: string;
}

export interface ShowHost {
  health(): Health;
  state(): StateReport;
  /** Null until a show is open: pages then wait for `Wire.welcomeAll`. */
  welcome(): Welcome | null;
  /** Encoded Timeline (timeline/binary.ts), null for none. */
  timelineBytes(): Uint8Array | null;
  /** Absolute path of the decoded WAV, null for none. */
  pcmPath(): string | null;
  /** JPEG of a scene, a keeper a preset (by slug) or the preview, null for an unknown id. */
  picture(kind: 'scenes' | 'keepers' | 'presets' | 'preview' | 'pads', id: string): Promise<Uint8Array | null>;
  download(id: string): Download | null;
  newestFrame(): Frame | null;
  /** Frames that a page needs which joins now, in due order. */
  bufferedFrames(): readonly Frame[];
  /** Also called again when a page's second hello changes `canPlaySound`. */
  joined(client: ClientInfo): void;
  left(client: ClientInfo): void;
  /** A checked message. What it throws becomes a notice to that page. `ping` and `hello` are answered by the server. */
  receive(client: ClientInfo, message: ClientMessage): void;
  /** A hop of live input at the rate the page announced. */
  receiveSound(client: ClientInfo, hop: Hop): void;
}

/** What the server offers its host: the way to the pages. All calls return at once. */
export interface Wire {
  /** To all pages that have said hello, but one. */
  broadcast(message: ServerMessage, exceptClientId?: string): void;
  sendTo(clientId: string, message: ServerMessage): void;
  /** Pages whose socket is more than two frames behind skip it. `epoch` is TransportState.epoch. */
  sendFrame(frame: Frame, epoch: number): void;
  /** Sends all of the host's buffered frames again, to every page, however slow. */
  refill(): void;
  /** The show has just opened: welcomes the pages that wait. */
  welcomeAll(): void;
  clients(): readonly ClientInfo[];
}

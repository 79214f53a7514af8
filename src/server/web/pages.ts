/** The pages on the socket as the session's desks reach them. Silent until the server is attached. */

import type { Frame } from '../../ahead/types.ts';
import { messageOf } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import type { ServerMessage } from '../../protocol/messages.ts';
import type { ClientInfo, Wire } from './host.ts';

/** After all buffered frames went out again, another time waits this long: a position that is scrubbed would flood the line. */
const REFILL_REST: Milliseconds = 100;
/** Different notices in a second at most; nobody reads more. */
const MOST_NOTICES = 12;
const NOTICE_WINDOW: Milliseconds = 1000;

export class Pages {
  #wire: Wire | null = null;
  #isRested = true;
  #refillWaits = false;
  /** Said within the running second. */
  readonly #said = new Set<string>();

  attach(wire: Wire): void {
    this.#wire = wire;
  }

  /** All that have said hello. */
  list(): readonly ClientInfo[] {
    return this.#wire?.clients() ?? [];
  }

  broadcast(message: ServerMessage, exceptClientId?: string): void {
    this.#wire?.broadcast(message, exceptClientId);
  }

  sendTo(clientId: string, message: ServerMessage): void {
    this.#wire?.sendTo(clientId, message);
  }

  tellPanels(message: ServerMessage): void {
    for (const { id, role } of this.list()) if (role === 'panel') this.sendTo(id, message);
  }

  /** The same words once in a second: a controller that sends nonsense at full speed is one notice. */
  notice(level: 'info' | 'warn' | 'error', text: string): void {
    if (this.#said.has(text) || this.#said.size >= MOST_NOTICES) return;
    if (this.#said.size === 0) setTimeout(() => this.#said.clear(), NOTICE_WINDOW).unref();
    this.#said.add(text);
    this.broadcast({ type: 'notice', level, text });
  }

  /** `epoch` is TransportState.epoch. */
  sendFrame(frame: Frame, epoch: number): void {
    this.#wire?.sendFrame(frame, epoch);
  }

  /** All buffered frames go out again. */
  refill(): void {
    this.#refillWaits = !this.#isRested;
    if (this.#refillWaits) return;
    this.#wire?.refill();
    this.#isRested = false;
    setTimeout(() => {
      this.#isRested = true;
      if (this.#refillWaits) this.refill();
    }, REFILL_REST).unref();
  }

  welcomeAll(): void {
    this.#wire?.welcomeAll();
  }

  /** Work whose failure is told to the pages. */
  inBackground(work: Promise<unknown>): void {
    work.catch((reason: unknown) => this.notice('error', messageOf(reason)));
  }
}

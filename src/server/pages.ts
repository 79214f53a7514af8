/** The pages on the socket as the session's desks reach them. Silent until the server is attached. */

import type { Frame } from '../ahead/types.ts';
import { messageOf } from '../base/errors.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import type { ClientInfo, Wire } from './host.ts';

export class Pages {
  #wire: Wire | null = null;

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

  notice(level: 'info' | 'warn' | 'error', text: string): void {
    this.broadcast({ type: 'notice', level, text });
  }

  /** `epoch` is TransportState.epoch. */
  sendFrame(frame: Frame, epoch: number): void {
    this.#wire?.sendFrame(frame, epoch);
  }

  /** All buffered frames go out again. */
  refill(): void {
    this.#wire?.refill();
  }

  welcomeAll(): void {
    this.#wire?.welcomeAll();
  }

  /** Work whose failure is told to the pages. */
  inBackground(work: Promise<unknown>): void {
    work.catch((reason: unknown) => this.notice('error', messageOf(reason)));
  }
}

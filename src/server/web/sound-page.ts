/**
 * Elects the one page that plays the sound. The page that plays keeps the office while it lives; else the page that has
 * been able to play for longest takes over. Pure: pages come and go by id.
 */

import type { ClientInfo } from './host.ts';

export class SoundPageElection {
  readonly #candidates: string[] = [];
  #elected: string | null = null;

  get elected(): string | null {
    return this.#elected;
  }

  /** A page joined, or says anew whether it can play. Answers true when the office changed hands. */
  update(client: ClientInfo): boolean {
    const index = this.#candidates.indexOf(client.id);
    const can = client.canPlaySound && client.role === 'stage';
    if (can && index < 0) this.#candidates.push(client.id);
    if (!can && index >= 0) this.#candidates.splice(index, 1);
    return this.#elect();
  }

  remove(clientId: string): boolean {
    const index = this.#candidates.indexOf(clientId);
    if (index >= 0) this.#candidates.splice(index, 1);
    return this.#elect();
  }

  #elect(): boolean {
    const next = this.#elected !== null && this.#candidates.includes(this.#elected) ? this.#elected : (this.#candidates[0] ?? null);
    const changed = next !== this.#elected;
    this.#elected = next;
    return changed;
  }
}

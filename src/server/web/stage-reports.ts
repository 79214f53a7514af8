/** What stage pages report of themselves, kept while it is fresh. Instants are server-monotonic milliseconds. */

import type { Milliseconds, Unit } from '../../base/units.ts';

const FRESH: Milliseconds = 3_000;

export interface StageReport {
  readonly flashHeadroom: Unit;
  readonly beatToLight: Milliseconds | null;
}

export class StageReports {
  readonly #reports = new Map<string, StageReport & { readonly at: Milliseconds }>();

  hear(clientId: string, { flashHeadroom, beatToLight }: StageReport, now: Milliseconds): void {
    this.#reports.set(clientId, { flashHeadroom, beatToLight, at: now });
  }

  /** Of the worst page: what its flash limiter leaves, and how far light is from sound. Left out while no page has said. */
  worst(now: Milliseconds): { readonly flashHeadroom?: Unit; readonly beatToLightMs?: Milliseconds } {
    for (const [id, { at }] of this.#reports) if (now - at > FRESH) this.#reports.delete(id);
    const all = [...this.#reports.values()];
    if (all.length === 0) return {};
    const known = all.flatMap(({ beatToLight }) => (beatToLight === null ? [] : [beatToLight]));
    return { flashHeadroom: Math.min(...all.map(({ flashHeadroom }) => flashHeadroom)), ...(known.length === 0 ? {} : { beatToLightMs: Math.max(...known) }) };
  }
}

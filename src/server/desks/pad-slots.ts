/** The pictures of a pad while they come: null is on its way, undefined was asked for in vain. */

export type PadSlots = (Uint8Array | null | undefined)[];

/** First slot that nothing is on its way to. */
export function nextSlot(slots: PadSlots): number {
  const gap = slots.indexOf(undefined);
  return gap < 0 ? slots.length : gap;
}

/** Pictures that are there, up to the first that is not. */
export function drawnOf(slots: PadSlots): number {
  const gap = slots.findIndex((slot) => slot === null || slot === undefined);
  return gap < 0 ? slots.length : gap;
}

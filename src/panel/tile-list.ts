/** A list on the page whose tiles outlive updates: what a hand holds or types into is never rebuilt under it. */

export interface Tile {
  readonly element: HTMLElement;
}

export interface TileKind<T, E extends Tile> {
  readonly keyOf: (item: T, index: number) => string | number;
  readonly create: (item: T, index: number) => E;
  readonly update: (tile: E, item: T, index: number) => void;
}

export class TileList<T, E extends Tile> {
  readonly #container: HTMLElement;
  readonly #kind: TileKind<T, E>;
  #tiles = new Map<string | number, E>();

  constructor(container: HTMLElement, kind: TileKind<T, E>) {
    this.#container = container;
    this.#kind = kind;
  }

  get tiles(): readonly E[] {
    return [...this.#tiles.values()];
  }

  /** Makes what is new, updates what stays, removes what is gone, and moves only what stands in another place. */
  show(items: readonly T[]): void {
    const next = new Map<string | number, E>();
    items.forEach((item, index) => {
      const key = this.#kind.keyOf(item, index);
      const tile = this.#tiles.get(key) ?? this.#kind.create(item, index);
      this.#kind.update(tile, item, index);
      next.set(key, tile);
    });
    for (const [key, tile] of this.#tiles) if (!next.has(key)) tile.element.remove();
    [...next.values()].forEach(({ element }, index) => {
      const there = this.#container.children[index];
      if (there !== element) this.#container.insertBefore(element, there ?? null);
    });
    this.#tiles = next;
  }
}

/** Writes a text only where it differs. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Writes an attribute only where it differs. */
export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

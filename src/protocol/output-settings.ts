/**
 * How one output (a projector, a wall, a capture) shows the picture. Fractions run from the top left; points are of the
 * output, 0..1, and may lie outside it. Saved by name on the server.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One edge that overlaps another projector: its width as a fraction of the output, and that projector's gamma. */
export interface BlendEdge {
  readonly width: number;
  readonly gamma: number;
}

export interface OutputSettings {
  /** The part of the picture that this output shows. */
  readonly slice: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** fill covers the output; fit shows the whole picture between bars; stretch distorts it. */
  readonly fit: 'fill' | 'fit' | 'stretch';
  /** Clockwise, degrees. */
  readonly rotate: 0 | 90 | 180 | 270;
  readonly flipX: boolean;
  readonly flipY: boolean;
  /** Top left, top right, bottom right, bottom left. */
  readonly corners: readonly Point[];
  /** `size` x `size` points (2 = none), each an offset from its place, row by row, in the square before the corner pin. */
  readonly mesh: { readonly size: number; readonly offsets: readonly Point[] };
  /** Polygons that stay black. */
  readonly masks: readonly (readonly Point[])[];
  readonly blend: { readonly left: BlendEdge; readonly right: BlendEdge; readonly top: BlendEdge; readonly bottom: BlendEdge };
}

const NO_EDGE: BlendEdge = { width: 0, gamma: 2.2 };

export const PLAIN_OUTPUT: OutputSettings = {
  slice: { x: 0, y: 0, width: 1, height: 1 }, fit: 'fill', rotate: 0, flipX: false, flipY: false,
  corners: [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 1, y: 1 }, { x: 0, y: 1 }],
  mesh: { size: 2, offsets: [] }, masks: [],
  blend: { left: NO_EDGE, right: NO_EDGE, top: NO_EDGE, bottom: NO_EDGE },
};

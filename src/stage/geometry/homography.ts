/**
 * The projective map that takes the unit square's corners to four points, and meshes inside it. Points from the top left.
 * Source: Heckbert, Fundamentals of Texture Mapping and Image Warping (1989), square-to-quadrilateral. Pure.
 */

import type { Point } from '../../protocol/output-settings.ts';

/** Row-major 3x3: (x, y, w) = H (s, t, 1). */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

/** Corners top left, top right, bottom right, bottom left. A degenerate quadrilateral gives an affine guess. */
export function squareToQuad([p0, p1, p2, p3]: readonly Point[]): Homography {
  if (p0 === undefined || p1 === undefined || p2 === undefined || p3 === undefined) throw new Error('a corner pin has four corners');
  const sx = p0.x - p1.x + p2.x - p3.x;
  const sy = p0.y - p1.y + p2.y - p3.y;
  const [dx1, dx2, dy1, dy2] = [p1.x - p2.x, p3.x - p2.x, p1.y - p2.y, p3.y - p2.y];
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = determinant === 0 ? 0 : (sx * dy2 - dx2 * sy) / determinant;
  const h = determinant === 0 ? 0 : (dx1 * sy - sx * dy1) / determinant;
  return [p1.x - p0.x + g * p1.x, p3.x - p0.x + h * p3.x, p0.x, p1.y - p0.y + g * p1.y, p3.y - p0.y + h * p3.y, p0.y, g, h, 1];
}

/** Homogeneous: divide x and y by w. */
export function project(m: Homography, { x, y }: Point): { readonly x: number; readonly y: number; readonly w: number } {
  return { x: m[0] * x + m[1] * y + m[2], y: m[3] * x + m[4] * y + m[5], w: m[6] * x + m[7] * y + m[8] };
}

/** The inverse map, up to scale. Null for a degenerate one. */
export function invert([a, b, c, d, e, f, g, h, i]: Homography): Homography | null {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (Math.abs(determinant) < 1e-12) return null;
  return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f, d * h - e * g, b * g - a * h, a * e - b * d];
}

/** Convex and turning the same way at every corner: the only quadrilaterals that a projector can show. */
export function isConvex(corners: readonly Point[]): boolean {
  const turns = corners.map((corner, i) => {
    const [next, after] = [corners[(i + 1) % 4] as Point, corners[(i + 2) % 4] as Point];
    return (next.x - corner.x) * (after.y - next.y) - (next.y - corner.y) * (after.x - next.x);
  });
  return turns.every((turn) => turn > 1e-9) || turns.every((turn) => turn < -1e-9);
}

/** Offset of a mesh (size x size points, bilinear between them) at a place of the unit square. */
export function meshOffset({ size, offsets }: { readonly size: number; readonly offsets: readonly Point[] }, { x, y }: Point): Point {
  if (size < 3 || offsets.length !== size * size) return { x: 0, y: 0 };
  const [column, row] = [Math.min(size - 2, Math.max(0, Math.floor(x * (size - 1)))), Math.min(size - 2, Math.max(0, Math.floor(y * (size - 1))))];
  const [u, v] = [x * (size - 1) - column, y * (size - 1) - row];
  const at = (c: number, r: number): Point => offsets[r * size + c] as Point;
  const [a, b, c, d] = [at(column, row), at(column + 1, row), at(column, row + 1), at(column + 1, row + 1)];
  const mix = (pick: (p: Point) => number): number => (pick(a) * (1 - u) + pick(b) * u) * (1 - v) + (pick(c) * (1 - u) + pick(d) * u) * v;
  return { x: mix((p) => p.x), y: mix((p) => p.y) };
}

/** A mesh of another size with the same shape. */
export function resizeMesh(mesh: { readonly size: number; readonly offsets: readonly Point[] }, size: number): { readonly size: number; readonly offsets: readonly Point[] } {
  if (size < 3) return { size: 2, offsets: [] };
  return { size, offsets: Array.from({ length: size * size }, (_, i) => meshOffset(mesh, { x: (i % size) / (size - 1), y: Math.floor(i / size) / (size - 1) })) };
}

/** Share of the signal at `place` (0 at the edge, 1 at the blend's inner end): two such edges over each other give even light. */
export function blendGain(place: number, gamma: number): number {
  const eased = place <= 0 ? 0 : place >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * place);
  return eased ** (1 / gamma);
}

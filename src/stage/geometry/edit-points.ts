/** The points of an output that hands can move, as places on the output, and the settings after one was moved. Pure. */

import type { OutputSettings, Point } from '../../protocol/output-settings.ts';
import { invert, isConvex, project, squareToQuad } from './homography.ts';

export interface EditPoint {
  readonly kind: 'corner' | 'mesh' | 'mask';
  /** Corner 0..3, mesh point row by row, or point of a mask. */
  readonly index: number;
  readonly mask: number;
  /** Fractions of the output. */
  readonly at: Point;
}

export function editPointsOf(settings: OutputSettings): EditPoint[] {
  const { corners, mesh, masks } = settings;
  const matrix = squareToQuad(corners);
  const size = mesh.size < 3 ? 0 : mesh.size;
  const inner = Array.from({ length: size * size }, (_, index): EditPoint => {
    const { x, y, w } = project(matrix, add(gridPoint(index, size), mesh.offsets[index] as Point));
    return { kind: 'mesh', index, mask: -1, at: { x: x / w, y: y / w } };
  });
  return [
    ...corners.map((at, index): EditPoint => ({ kind: 'corner', index, mask: -1, at })), ...inner,
    ...masks.flatMap((polygon, mask) => polygon.map((at, index): EditPoint => ({ kind: 'mask', index, mask, at }))),
  ];
}

/** The settings with a point at another place; unchanged where that would fold the picture. */
export function movePoint(settings: OutputSettings, { kind, index, mask }: EditPoint, to: Point): OutputSettings {
  if (kind === 'mask') return { ...settings, masks: settings.masks.map((polygon, i) => (i === mask ? replaceAt(polygon, index, to) : polygon)) };
  if (kind === 'corner') {
    const corners = replaceAt(settings.corners, index, to);
    return isConvex(corners) ? { ...settings, corners } : settings;
  }
  const back = invert(squareToQuad(settings.corners));
  if (back === null) return settings;
  const { x, y, w } = project(back, to);
  const grid = gridPoint(index, settings.mesh.size);
  return { ...settings, mesh: { ...settings.mesh, offsets: replaceAt(settings.mesh.offsets, index, { x: x / w - grid.x, y: y / w - grid.y }) } };
}

function gridPoint(index: number, size: number): Point {
  return { x: (index % size) / (size - 1), y: Math.floor(index / size) / (size - 1) };
}

function add(a: Point, b: Point): Point {
  return { x: a.x + b.x, y: a.y + b.y };
}

function replaceAt(points: readonly Point[], index: number, point: Point): Point[] {
  return points.map((one, i) => (i === index ? point : one));
}

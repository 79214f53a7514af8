/**
 * Vertices of an output: the unit square in as many pieces as its mesh needs, each placed by mesh and corner pin in
 * homogeneous clip coordinates (so that the GPU interpolates projectively), with its place in the picture. Pure.
 */

import type { OutputSettings, Point } from '../../protocol/output-settings.ts';
import { meshOffset, project, squareToQuad } from './homography.ts';

/** Pieces of a mesh cell on each axis. */
const FINENESS = 8;

export interface OutputVertices {
  /** x, y, z, w in clip space. */
  readonly positions: Float32Array;
  /** Place in this output's slice, 0..1 from the top left. */
  readonly places: Float32Array;
  readonly indices: Uint32Array;
}

/** `pictureAspect` and `outputAspect` (width / height) matter to `fit` alone. */
export function buildOutputMesh(settings: OutputSettings, pictureAspect: number, outputAspect: number): OutputVertices {
  const pieces = settings.mesh.size < 3 ? 1 : (settings.mesh.size - 1) * FINENESS;
  const matrix = squareToQuad(settings.corners);
  const inset = insetOf(settings, pictureAspect, outputAspect);
  const side = pieces + 1;
  const positions = new Float32Array(side * side * 4);
  const places = new Float32Array(side * side * 2);
  for (let i = 0; i < side * side; i++) {
    const place = { x: (i % side) / pieces, y: Math.floor(i / side) / pieces };
    const offset = meshOffset(settings.mesh, place);
    const { x, y, w } = project(matrix, { x: inset.x + (place.x + offset.x) * (1 - 2 * inset.x), y: inset.y + (place.y + offset.y) * (1 - 2 * inset.y) });
    positions.set([2 * x - w, w - 2 * y, 0, w], i * 4);
    const turned = turn(place, settings);
    places.set([turned.x, turned.y], i * 2);
  }
  return { positions, places, indices: indicesOf(pieces) };
}

/** Bars on the sides or above and below, as fractions of the output. */
function insetOf({ fit, rotate, slice }: OutputSettings, pictureAspect: number, outputAspect: number): Point {
  if (fit !== 'fit') return { x: 0, y: 0 };
  const shown = (pictureAspect * slice.width) / slice.height;
  const own = rotate === 90 || rotate === 270 ? 1 / shown : shown;
  return own < outputAspect ? { x: (1 - own / outputAspect) / 2, y: 0 } : { x: 0, y: (1 - outputAspect / own) / 2 };
}

/** Where the picture is that a place of the output shows. */
export function turn({ x, y }: Point, { rotate, flipX, flipY }: Pick<OutputSettings, 'rotate' | 'flipX' | 'flipY'>): Point {
  const back = rotate === 90 ? { x: y, y: 1 - x } : rotate === 180 ? { x: 1 - x, y: 1 - y } : rotate === 270 ? { x: 1 - y, y: x } : { x, y };
  return { x: flipX ? 1 - back.x : back.x, y: flipY ? 1 - back.y : back.y };
}

/** Pixels to compose so that one of them is about one of the output's. */
export function composedSize({ fit, rotate, slice }: OutputSettings, width: number, height: number, pictureAspect: number): { readonly width: number; readonly height: number } {
  const [w, h] = rotate === 90 || rotate === 270 ? [height, width] : [width, height];
  const tall = h / slice.height;
  const wide = fit === 'fill' ? w / slice.width : tall * pictureAspect;
  const scale = Math.min(1, 4096 / Math.max(tall, wide));
  return { width: Math.max(2, Math.round(wide * scale)), height: Math.max(2, Math.round(tall * scale)) };
}

function indicesOf(pieces: number): Uint32Array {
  const side = pieces + 1;
  const indices: number[] = [];
  for (let row = 0; row < pieces; row++) {
    for (let column = 0; column < pieces; column++) {
      const first = row * side + column;
      indices.push(first, first + side, first + 1, first + 1, first + side, first + side + 1);
    }
  }
  return Uint32Array.from(indices);
}

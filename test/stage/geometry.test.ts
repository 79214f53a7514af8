/** Corner pin, mesh, blend and overlay fade: exact corners, projective lines, inverse, even light where two edges overlap. */

import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/base/random.ts';
import { PLAIN_OUTPUT, type OutputSettings, type Point } from '../../src/protocol/output-settings.ts';
import { editPointsOf, movePoint } from '../../src/stage/geometry/edit-points.ts';
import { blendGain, invert, isConvex, meshOffset, project, resizeMesh, squareToQuad } from '../../src/stage/geometry/homography.ts';
import { buildOutputMesh, composedSize, turn } from '../../src/stage/geometry/output-mesh.ts';
import { OverlayFade } from '../../src/stage/layer/overlay-fade.ts';

const SQUARE = PLAIN_OUTPUT.corners;
const at = (m: ReturnType<typeof squareToQuad>, p: Point): Point => {
  const { x, y, w } = project(m, p);
  return { x: x / w, y: y / w };
};
function quads(count: number): Point[][] {
  const random = randomFor(4, 'quads');
  return Array.from({ length: count * 4 }, () => SQUARE.map(({ x, y }) => ({ x: x + (random.uniform() - 0.5) * 0.7, y: y + (random.uniform() - 0.5) * 0.7 }))).filter(isConvex).slice(0, count);
}

describe('the corner pin', () => {
  it('meets its four corners exactly, and its inverse leads back', () => {
    const random = randomFor(1, 'places');
    expect(quads(40)).toHaveLength(40);
    for (const corners of quads(40)) {
      const m = squareToQuad(corners);
      SQUARE.forEach((corner, i) => {
        expect(at(m, corner).x).toBeCloseTo(corners[i]?.x ?? NaN, 12);
        expect(at(m, corner).y).toBeCloseTo(corners[i]?.y ?? NaN, 12);
      });
      const place = { x: random.uniform(), y: random.uniform() };
      const back = at(invert(m) as ReturnType<typeof squareToQuad>, at(m, place));
      expect([back.x, back.y].map((v) => v.toFixed(9))).toEqual([place.x, place.y].map((v) => v.toFixed(9)));
    }
  });

  it('keeps straight lines straight and cross ratios as they are', () => {
    for (const corners of quads(20)) {
      const m = squareToQuad(corners);
      const points = [0, 0.2, 0.5, 1].map((t) => at(m, { x: 0.1 + 0.8 * t, y: 0.9 - 0.7 * t }));
      const [a, b, c, d] = points as [Point, Point, Point, Point];
      expect((b.x - a.x) * (d.y - a.y) - (b.y - a.y) * (d.x - a.x)).toBeCloseTo(0, 10);
      const far = (p: Point, q: Point): number => Math.hypot(p.x - q.x, p.y - q.y);
      expect((far(a, c) * far(b, d)) / (far(b, c) * far(a, d))).toBeCloseTo((0.5 * 0.8) / (0.3 * 1), 8);
    }
  });

  it('refuses what folds the picture', () => {
    expect(isConvex(SQUARE)).toBe(true);
    const [corner] = editPointsOf(PLAIN_OUTPUT);
    expect(corner).toBeDefined();
    if (corner === undefined) return;
    expect(movePoint(PLAIN_OUTPUT, corner, { x: 2, y: 2 })).toBe(PLAIN_OUTPUT);
    expect(movePoint(PLAIN_OUTPUT, corner, { x: 0.1, y: 0.05 }).corners[0]).toEqual({ x: 0.1, y: 0.05 });
  });
});

describe('the mesh', () => {
  const bent = (size: number): OutputSettings['mesh'] => ({ size, offsets: Array.from({ length: size * size }, (_, i) => ({ x: Math.sin(i) * 0.02, y: Math.cos(i) * 0.02 })) });

  it('passes through its points and keeps its shape when it gets finer', () => {
    const mesh = bent(3);
    mesh.offsets.forEach((offset, i) => {
      const found = meshOffset(mesh, { x: (i % 3) / 2, y: Math.floor(i / 3) / 2 });
      expect(found.x).toBeCloseTo(offset.x, 12);
      expect(found.y).toBeCloseTo(offset.y, 12);
    });
    const finer = resizeMesh(mesh, 9);
    for (const place of [{ x: 0.13, y: 0.4 }, { x: 0.7, y: 0.99 }]) expect(meshOffset(finer, place).x).toBeCloseTo(meshOffset(mesh, place).x, 9);
    expect(resizeMesh(mesh, 2)).toEqual({ size: 2, offsets: [] });
  });

  it('follows a point that is dragged, under a corner pin too', () => {
    const settings: OutputSettings = { ...PLAIN_OUTPUT, corners: [{ x: 0.1, y: 0 }, { x: 0.9, y: 0.1 }, { x: 1, y: 1 }, { x: 0, y: 0.9 }], mesh: resizeMesh(PLAIN_OUTPUT.mesh, 5) };
    const point = editPointsOf(settings).find(({ kind, index }) => kind === 'mesh' && index === 12);
    expect(point).toBeDefined();
    if (point === undefined) return;
    const moved = movePoint(settings, point, { x: 0.44, y: 0.57 });
    const found = editPointsOf(moved).find(({ kind, index }) => kind === 'mesh' && index === 12);
    expect(found?.at.x).toBeCloseTo(0.44, 9);
    expect(found?.at.y).toBeCloseTo(0.57, 9);
  });

  it('makes vertices in clip space whose corners are the pinned ones', () => {
    const corners = [{ x: 0.1, y: 0.2 }, { x: 0.8, y: 0.1 }, { x: 0.9, y: 0.8 }, { x: 0.2, y: 0.9 }];
    for (const mesh of [PLAIN_OUTPUT.mesh, resizeMesh(PLAIN_OUTPUT.mesh, 4)]) {
      const { positions, places, indices } = buildOutputMesh({ ...PLAIN_OUTPUT, corners, mesh }, 16 / 9, 16 / 9);
      const last = positions.length / 4 - 1;
      const screen = (i: number): number[] => [(1 + (positions[4 * i] as number) / (positions[4 * i + 3] as number)) / 2, (1 - (positions[4 * i + 1] as number) / (positions[4 * i + 3] as number)) / 2];
      expect(screen(0).map((v) => v.toFixed(5))).toEqual(['0.10000', '0.20000']);
      expect(screen(last).map((v) => v.toFixed(5))).toEqual(['0.90000', '0.80000']);
      expect([places[0], places[1], places[2 * last], places[2 * last + 1]]).toEqual([0, 0, 1, 1]);
      expect(Math.max(...indices)).toBe(last);
    }
  });
});

describe('an output', () => {
  it('gives even light where two edges overlap, at any gamma', () => {
    for (const gamma of [1, 1.8, 2.2, 2.6]) {
      for (const place of [0, 0.1, 0.35, 0.5, 0.8, 1]) expect(blendGain(place, gamma) ** gamma + blendGain(1 - place, gamma) ** gamma).toBeCloseTo(1, 9);
    }
  });

  it('turns and flips the picture', () => {
    const plain = { rotate: 0, flipX: false, flipY: false } as const;
    expect(turn({ x: 0.2, y: 0.3 }, plain)).toEqual({ x: 0.2, y: 0.3 });
    // A quarter clockwise: what stands at the output's top right is the picture's top left.
    expect(turn({ x: 1, y: 0 }, { ...plain, rotate: 90 })).toEqual({ x: 0, y: 0 });
    expect(turn({ x: 0, y: 0 }, { ...plain, rotate: 180 })).toEqual({ x: 1, y: 1 });
    expect(turn({ x: 0, y: 1 }, { ...plain, rotate: 270 })).toEqual({ x: 0, y: 0 });
    expect(turn({ x: 0, y: 0 }, { ...plain, flipX: true })).toEqual({ x: 1, y: 0 });
  });

  it('composes as many pixels as its slice needs, and bars where the whole picture is shown', () => {
    expect(composedSize({ ...PLAIN_OUTPUT, slice: { x: 0.5, y: 0, width: 0.5, height: 1 } }, 960, 540, 16 / 9)).toEqual({ width: 1920, height: 540 });
    expect(composedSize({ ...PLAIN_OUTPUT, rotate: 90 }, 1080, 1920, 16 / 9)).toEqual({ width: 1920, height: 1080 });
    expect(composedSize({ ...PLAIN_OUTPUT, fit: 'stretch' }, 800, 800, 16 / 9)).toEqual({ width: 1422, height: 800 });
    const { positions } = buildOutputMesh({ ...PLAIN_OUTPUT, fit: 'fit' }, 16 / 9, 1);
    expect((positions[1] as number) / (positions[3] as number)).toBeCloseTo(9 / 16, 5);
    expect((positions[0] as number) / (positions[3] as number)).toBeCloseTo(-1, 5);
  });
});

describe('the overlay\'s fade', () => {
  const run = (steps: number, fps: number, at: (time: number) => boolean, hold = 0): number[] => {
    const fade = new OverlayFade();
    return Array.from({ length: steps }, (_, i) => {
      fade.advance(1 / fps, { show: at(i / fps), fade: 1, hold });
      return fade.level;
    });
  };

  it('comes and goes in its time at any frame rate, and by itself after its hold', () => {
    expect(run(60, 60, () => true).at(-1)).toBeCloseTo(1, 6);
    expect(run(15, 30, () => true).at(-1)).toBeCloseTo(run(30, 60, () => true).at(-1) as number, 6);
    expect(run(90, 30, (t) => t < 1.5).at(-1)).toBe(0);
    const held = run(180, 30, () => true, 3);
    expect(held[80]).toBe(1);
    expect(held[140]).toBe(0);
  });

  it('stands in the middle of an export as if it had been stepped there', () => {
    for (const age of [0.4, 2, 3.5, 5]) {
      const jumped = new OverlayFade();
      jumped.jump(age, { show: true, fade: 1, hold: 3 });
      expect(jumped.level).toBeCloseTo(run(Math.round(age * 60), 60, () => true, 3).at(-1) as number, 1);
    }
  });
});

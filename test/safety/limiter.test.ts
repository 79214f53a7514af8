/** The flash limiter against an analyser of its own, written from the rules: random films, blackouts, strobes, boundary values. */

import { describe, expect, it } from 'vitest';
import { randomFor, type Random } from '../../src/base/random.ts';
import { FlashLimiter } from '../../src/safety/limiter.ts';
import { chromaticityOf, LINEAR_OF_BYTE, luminanceOf, TILE_COLUMNS, TILE_ROWS, TILES, type SafetyProfile } from '../../src/safety/rules.ts';
import { SafePictures } from '../../src/safety/safe-pictures.ts';
import { analyse, filmOf, mostInASecond, shrink, turnsOf, type Film } from '../helpers/flash-analyser.ts';

/** The analyser is slow: it looks at blocks of 4 x 4 tiles and, in films made of blocks, loses nothing by it. */
const BLOCK = 4;
const [COLUMNS, ROWS] = [TILE_COLUMNS / BLOCK, TILE_ROWS / BLOCK];
type Block = (index: number, column: number, row: number) => readonly [number, number, number];

interface Run { readonly film: Film; readonly shares: readonly number[]; readonly limiter: FlashLimiter }

function run(profile: SafetyProfile, seconds: number, fps: number, colour: Block, dropped: Random | null = null): Run {
  const limiter = new FlashLimiter(profile);
  const wanted = new Float64Array(3 * TILES);
  const frames: { time: number; cells: Float64Array }[] = [];
  const shares: number[] = [];
  for (let index = 0; index < seconds * fps; index++) {
    if (dropped !== null && dropped.uniform() < 0.3) continue;
    fill(wanted, (column, row) => colour(index, column, row));
    const time = index / fps;
    shares.push(limiter.limit(wanted, time));
    const cells = new Float64Array(COLUMNS * ROWS * 3);
    for (let cell = 0; cell < COLUMNS * ROWS; cell++) {
      const tile = Math.floor(cell / COLUMNS) * BLOCK * TILE_COLUMNS + (cell % COLUMNS) * BLOCK;
      cells.set(limiter.shown.subarray(3 * tile, 3 * tile + 3), 3 * cell);
    }
    frames.push({ time, cells });
  }
  return { film: { columns: COLUMNS, rows: ROWS, frames }, shares, limiter };
}

/** All tiles from the colours of their blocks. */
function fill(wanted: Float64Array, colour: (column: number, row: number) => readonly [number, number, number]): void {
  const blocks = Array.from({ length: COLUMNS * ROWS }, (_, block) => colour(block % COLUMNS, Math.floor(block / COLUMNS)));
  for (let tile = 0; tile < TILES; tile++) {
    const [r, g, b] = blocks[Math.floor(tile / TILE_COLUMNS / BLOCK) * COLUMNS + Math.floor((tile % TILE_COLUMNS) / BLOCK)] as readonly [number, number, number];
    wanted[3 * tile] = r;
    wanted[3 * tile + 1] = g;
    wanted[3 * tile + 2] = b;
  }
}

const grey = (byte: number): readonly [number, number, number] => [LINEAR_OF_BYTE[byte] as number, LINEAR_OF_BYTE[byte] as number, LINEAR_OF_BYTE[byte] as number];
const rgb = (r: number, g: number, b: number): readonly [number, number, number] => [LINEAR_OF_BYTE[r] as number, LINEAR_OF_BYTE[g] as number, LINEAR_OF_BYTE[b] as number];
const square = (index: number, fps: number, hertz: number): boolean => Math.floor((index / fps) * hertz * 2 + 1e-9) % 2 === 1;

function expectSafe({ film }: Run, field?: 'ten degrees' | 'screen'): void {
  const found = analyse(film, field);
  expect(found.general).toBeLessThanOrEqual(6);
  expect(found.red).toBeLessThanOrEqual(6);
  expect(found.together).toBeLessThanOrEqual(6);
  expect(found.mean).toBeLessThanOrEqual(6);
}

describe('the analyser', () => {
  it('knows the boundary values: greys 0-89, 0-90, 231-255, 232-255', () => {
    const flashes = (a: number, b: number): number => turnsOf([a, b, a, b].map((byte) => LINEAR_OF_BYTE[byte] as number)).length;
    expect([flashes(0, 89), flashes(0, 90), flashes(231, 255), flashes(232, 255)]).toEqual([0, 3, 3, 0]);
  });

  it('finds what is too much: 10 Hz over the screen, in opposite halves, and red', () => {
    const film = (colour: Block): Film => run('off', 1.5, 30, colour).film;
    const whole = analyse(film((i) => grey(square(i, 30, 5) ? 255 : 0)));
    expect(Math.min(whole.general, whole.together, whole.mean)).toBeGreaterThanOrEqual(10);
    expect(whole.red).toBe(0);
    const halves = analyse(film((i, column) => grey(square(i, 30, 5) === column < COLUMNS / 2 ? 255 : 0)));
    expect(halves.general).toBeGreaterThanOrEqual(10);
    expect(halves.mean).toBe(0);
    expect(analyse(film((i) => (square(i, 30, 5) ? rgb(255, 0, 0) : rgb(0, 0, 255)))).red).toBeGreaterThanOrEqual(10);
  });

  it('counts the clips of EA IRIS: 2 Hz for 5 s at most 5, 3 Hz at most 7', () => {
    const most = (hertz: number, fps: number): number => {
      const light = Array.from({ length: 6 * fps }, (_, i) => (square(i, fps, hertz) ? 1 : 0));
      return mostInASecond(turnsOf(light).map(({ at }) => at / fps));
    };
    expect(most(2, 25)).toBeLessThanOrEqual(5);
    expect(most(3, 25)).toBeLessThanOrEqual(7);
    expect(most(3, 25)).toBeGreaterThanOrEqual(6);
  });
});

describe('measures', () => {
  it('agree with the published chromaticity differences from pure red', () => {
    const red = chromaticityOf(1, 0, 0);
    const away = (r: number, g: number, b: number): number => Math.hypot(chromaticityOf(r, g, b).u - red.u, chromaticityOf(r, g, b).v - red.v);
    expect(away(1, 1, 1)).toBeCloseTo(0.259, 2);
    expect(away(1, 1, 0)).toBeCloseTo(0.249, 2);
    expect(away(1, 0, 1)).toBeCloseTo(0.242, 2);
    expect(away(0, 1, 0)).toBeCloseTo(0.328, 2);
    expect(away(0, 0, 1)).toBeCloseTo(0.457, 2);
    expect(away(1, 0.125, 0.125)).toBeCloseTo(0.111, 2);
    expect(away(0.2, 0, 0)).toBeCloseTo(0, 6);
    expect(luminanceOf(1, 1, 1)).toBeCloseTo(1, 6);
  });
});

describe.each(['strict', 'broadcast'] as const)('the limiter, %s', (profile) => {
  const field = profile === 'strict' ? 'ten degrees' : 'screen';

  it.each([30, 60])('holds a white strobe of 4 to 30 Hz at %d frames a second, and lets three flashes through', (fps) => {
    for (const hertz of [4, 8, fps / 2]) {
      const strobe = run(profile, 2.4, fps, (i) => grey(square(i, fps, hertz) ? 255 : 0));
      expectSafe(strobe, field);
      expect(analyse(strobe.film, field).general).toBeGreaterThanOrEqual(4);
    }
  });

  it('holds halves in opposition, red against blue, and areas that take turns', () => {
    expectSafe(run(profile, 2, 60, (i, column) => grey(square(i, 60, 10) === column < COLUMNS / 2 ? 255 : 0)), field);
    expectSafe(run(profile, 2, 60, (i) => (square(i, 60, 6) ? rgb(220, 0, 0) : rgb(0, 60, 140))), field);
    expectSafe(run(profile, 2, 60, (i) => (square(i, 60, 6) ? rgb(255, 0, 0) : rgb(0, 0, 0))), field);
    const turns = run(profile, 2, 60, (i, column) => grey(square(i + 10 * (column % 3), 60, 3) ? 255 : 0));
    expectSafe(turns, field);
  });

  it('holds random films at any frame rate, with frames dropped', () => {
    for (let seed = 0; seed < 6; seed++) {
      const random = randomFor(seed, 'films');
      const fps = [24, 30, 60][seed % 3] as number;
      const hold = 1 + random.integer(12);
      const picture = new Map<number, readonly [number, number, number]>();
      const colour: Block = (i, column, row) => {
        const key = Math.floor(i / hold) * 1000 + column * 20 + row;
        if (!picture.has(key)) picture.set(key, rgb(random.integer(256), random.integer(seed % 2 === 0 ? 256 : 30), random.integer(seed % 2 === 0 ? 256 : 30)));
        return picture.get(key) as readonly [number, number, number];
      };
      expectSafe(run(profile, 1.6, fps, colour, seed < 3 ? null : random), field);
    }
  });

  it('holds any sequence of hands: blackout mashed at 8 Hz, fades, freezes, cuts and strobe together', () => {
    for (let seed = 0; seed < 3; seed++) {
      const random = randomFor(seed, 'hands');
      let [master, picture, dark] = [1, 0, false];
      let at = -1;
      const step = (i: number): void => {
        if (i === at) return;
        at = i;
        if (random.uniform() < 0.05) master = random.uniform();
        if (random.uniform() < 0.1) picture = random.integer(4);
        dark = square(i, 60, 8);
      };
      const hands = run(profile, 2.2, 60, (i, column, row) => {
        step(i);
        const light = dark ? 0 : master * (square(i, 60, 3) ? 1 : 0.4);
        const tone = ((column * 7 + row * 3 + picture * 5) % 11) / 10;
        return [tone * light, ((tone + 0.3) % 1) * light, (picture / 4) * light];
      });
      expectSafe(hands, field);
    }
  });
});

describe('what is allowed passes untouched', () => {
  const untouched = (profile: SafetyProfile, colour: Block, seconds = 3): boolean => run(profile, seconds, 60, colour).shares.every((share) => share === 1);

  it('a strobe of 2.5 Hz, greys 0-89 at 15 Hz, 232-255 at 15 Hz, slow light, a blackout and its return', () => {
    expect(untouched('strict', (i) => grey(square(i, 60, 2.5) ? 255 : 0))).toBe(true);
    expect(untouched('strict', (i) => grey(square(i, 60, 15) ? 89 : 0))).toBe(true);
    expect(untouched('strict', (i) => grey(square(i, 60, 15) ? 232 : 255))).toBe(true);
    expect(untouched('strict', (i) => grey(Math.round(127 + 127 * Math.sin((i / 60) * 2 * Math.PI * 1.2))))).toBe(true);
    expect(untouched('strict', (i) => grey(i > 60 && i < 90 ? 0 : 200))).toBe(true);
  });

  it('is held from 90 and 231 on', () => {
    expect(untouched('strict', (i) => grey(square(i, 60, 15) ? 90 : 0))).toBe(false);
    expect(untouched('strict', (i) => grey(square(i, 60, 15) ? 231 : 255))).toBe(false);
  });

  it('a small area may flash in broadcast, and a smaller one in strict', () => {
    const patch = (columns: number, rows: number): Block => (i, column, row) => grey(square(i, 60, 8) && column < columns && row < rows ? 255 : 0);
    // 64 x 36 tiles: 8 of 16 columns by 4 of 9 rows are 22 % of the screen, but the whole of a field.
    expect(untouched('broadcast', patch(8, 4))).toBe(true);
    expect(untouched('strict', patch(8, 4))).toBe(false);
    expect(untouched('strict', patch(2, 1))).toBe(true);
    expect(untouched('broadcast', patch(9, 5))).toBe(false);
    expect(untouched('off', patch(16, 9))).toBe(true);
  });

  it('is free again a second after the strobe ends', () => {
    const { shares } = run('strict', 5, 60, (i) => grey(i < 120 ? (square(i, 60, 10) ? 255 : 0) : 128));
    expect(Math.min(...shares.slice(0, 120))).toBeLessThan(0.2);
    expect(shares.slice(200).every((share) => share === 1)).toBe(true);
  });

  it('says how much is left', () => {
    const { limiter } = run('strict', 1, 60, () => grey(100));
    expect(limiter.headroom(1)).toBe(1);
    const busy = run('strict', 1, 60, (i) => grey(square(i, 60, 1.5) ? 255 : 0));
    expect(busy.limiter.headroom(0.99)).toBeCloseTo(1 - 2 / 6, 6);
    expect(run('strict', 1, 60, (i) => grey(square(i, 60, 8) ? 255 : 0)).limiter.headroom(0.99)).toBe(0);
  });
});

describe('pictures in memory', () => {
  it('of bytes come out safe to a pixel grid of their own, and untouched where there is nothing to hold', () => {
    const [width, height, fps] = [128, 72, 30];
    const random = randomFor(5, 'bytes');
    const safe = new SafePictures('strict', width, height);
    const cells = Array.from({ length: 45 }, (_, i) => {
      const pixels = Uint8Array.from({ length: width * height * 4 }, (_value, at) => (at % 4 === 3 ? 255 : square(i, fps, 7) ? 200 + random.integer(56) : random.integer(40)));
      return { time: i / fps, cells: shrink(safe.next(pixels, i / fps), width, height, 16, 9) };
    });
    const found = analyse({ columns: 16, rows: 9, frames: cells });
    expect(found.general).toBeLessThanOrEqual(6);
    const still = new SafePictures('strict', 64, 36);
    const picture = new Uint8Array(64 * 36 * 4).fill(90);
    expect(still.next(picture, 0)).toBe(picture);
    expect(still.next(picture, 0.1)).toBe(picture);
    expect(filmOf(2, 1, 30, [Uint8Array.from([255, 0, 0, 255, 0, 0, 0, 255])]).frames[0]?.cells[0]).toBeCloseTo(1, 9);
  });
});

/** A screen gets the native size whose shape is nearest. */

import { describe, expect, it } from 'vitest';
import { nearestShape, STAGE_SHAPE } from '../../src/base/picture-shape.ts';

const SQUARE = { height: 256, width: 256 };
const WIDE = { height: 256, width: 448 };
const TALL = { height: 448, width: 256 };
const SIZES = [SQUARE, WIDE, TALL];

describe('nearestShape', () => {
  it.each([
    [{ height: 720, width: 1280 }, WIDE], [{ height: 1280, width: 720 }, TALL], [{ height: 1080, width: 1080 }, SQUARE], [{ height: 480, width: 512 }, SQUARE], [STAGE_SHAPE, WIDE], [{ height: 100, width: 1000 }, WIDE],
  ])('for %o takes the nearest aspect', (wanted, expected) => expect(nearestShape(SIZES, wanted)).toEqual(expected));

  it('keeps the order of preference among equal shapes', () => {
    expect(nearestShape([{ height: 512, width: 512 }, SQUARE], { height: 9, width: 16 })).toEqual({ height: 512, width: 512 });
    expect(nearestShape([], SQUARE)).toBeUndefined();
  });

  it('does not depend on which way a shape is turned', () => {
    for (const size of [{ height: 300, width: 400 }, { height: 7, width: 9 }]) {
      const turned = nearestShape(SIZES, { height: size.width, width: size.height });
      const upright = nearestShape(SIZES, size) as typeof SQUARE;
      expect(turned).toEqual({ height: upright.width, width: upright.height });
    }
  });
});

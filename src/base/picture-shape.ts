/** Which of a model's native sizes suits a screen or video best. */

export interface PixelSize {
  readonly height: number;
  readonly width: number;
}

/** The shape of most stages and videos. */
export const STAGE_SHAPE: PixelSize = { height: 9, width: 16 };

/** The size whose aspect ratio is nearest to that of `wanted` (by ratio, so 2:1 is as far from 1:1 as 1:2); the first of equals. */
export function nearestShape(sizes: readonly PixelSize[], wanted: PixelSize): PixelSize | undefined {
  const farness = ({ height, width }: PixelSize): number => Math.abs(Math.log((width * wanted.height) / (height * wanted.width)));
  return sizes.reduce<PixelSize | undefined>((best, size) => (best === undefined || farness(size) < farness(best) - 1e-9 ? size : best), undefined);
}

/** What the rules ask of a picture's tiles, measured at once: luminance, chromaticity, saturated red. Pure. */

import { chromaticityOf, isSaturatedRed, luminanceOf, TILES } from './rules.ts';

export class TileMeasures {
  readonly light = new Float64Array(TILES);
  readonly u = new Float64Array(TILES);
  readonly v = new Float64Array(TILES);
  readonly saturated = new Uint8Array(TILES);
  /** Mean luminance of the screen. */
  mean = 0;

  /** `colours`: linear R, G, B of each tile. */
  measure(colours: Float64Array): void {
    let sum = 0;
    for (let tile = 0; tile < TILES; tile++) {
      const r = colours[3 * tile] as number;
      const g = colours[3 * tile + 1] as number;
      const b = colours[3 * tile + 2] as number;
      const { u, v } = chromaticityOf(r, g, b);
      const light = luminanceOf(r, g, b);
      this.light[tile] = light;
      this.u[tile] = u;
      this.v[tile] = v;
      this.saturated[tile] = isSaturatedRed(r, g, b) ? 1 : 0;
      sum += light;
    }
    this.mean = sum / TILES;
  }
}

/**
 * What was heard in the last four seconds, as the texture SOUND of the look effects: 256 columns from old to now, eight
 * rows (isf.ts names them). Filled from the timeline's curves, so live and export draw the same.
 */

import { DataTexture, LinearFilter, NoColorSpace, RedFormat, UnsignedByteType } from 'three';

import type { Seconds } from '../../base/units.ts';
import type { CurveName } from '../../timeline/timeline.ts';

export type Heard = (curve: CurveName, time: Seconds) => number;

const ROWS = ['kick', 'snare', 'hats', 'bass', 'voice', 'energy', 'brightness', 'onset'] as const;
const COLUMNS = 256;
const SPAN: Seconds = 4;

export class SoundPicture {
  readonly #data = new Uint8Array(COLUMNS * ROWS.length);
  readonly texture = new DataTexture(this.#data, COLUMNS, ROWS.length, RedFormat, UnsignedByteType);

  constructor() {
    this.texture.colorSpace = NoColorSpace;
    this.texture.minFilter = this.texture.magFilter = LinearFilter;
  }

  /** Curves up to the show time `now`. */
  update(heard: Heard, now: Seconds): void {
    ROWS.forEach((row, y) => {
      for (let x = 0; x < COLUMNS; x++) this.#data[y * COLUMNS + x] = Math.round(255 * Math.min(1, Math.max(0, heard(row, now - SPAN * (1 - (x + 1) / COLUMNS)))));
    });
    this.texture.needsUpdate = true;
  }

  dispose(): void {
    this.texture.dispose();
  }
}

/**
 * The numbers and measures of flash safety, in linear light: relative luminance, CIE 1976 chromaticity, saturated red,
 * and what a profile allows. Sources: WCAG 2.2 (general and red flash thresholds), ITU-R BT.1702-3, IEC 61966-2-1 (sRGB).
 */

import type { Seconds, Unit } from '../base/units.ts';

/** strict: no field of ten degrees flashes too much; broadcast: not the screen as a whole; off: nothing is held back. */
export const SAFETY_PROFILES = ['strict', 'broadcast', 'off'] as const;
export type SafetyProfile = (typeof SAFETY_PROFILES)[number];

/** Grid on which a picture is judged: its cells are about half a degree, finer balanced patterns are exempt. */
export const TILE_COLUMNS = 64;
export const TILE_ROWS = 36;
export const TILES = TILE_COLUMNS * TILE_ROWS;

/** A change of relative luminance from here on is half a general flash … */
export const FLASH_CHANGE = 0.1;
/** … where the darker of the two is below this. */
export const FLASH_DARKER = 0.8;
/** R / (R + G + B) of a saturated red, linear. */
export const RED_SHARE = 0.8;
/** A change of chromaticity (distance in u′v′) beyond this, from or to a saturated red, is half a red flash. */
export const RED_CHANGE = 0.2;
/** Half flashes in any second: three flashes. */
export const ALLOWED_CHANGES = 6;
export const FLASH_WINDOW: Seconds = 1;
/** Share of a field that may flash more often. */
export const ALLOWED_AREA: Unit = 0.25;
/** Field of ten degrees on each axis: WCAG takes 341 x 256 of 1024 x 768 pixels. */
export const FIELD_SHARE: Unit = 1 / 3;

/** Chromaticity of the white point D65, which black is given too. */
const WHITE_U = 0.19784;
const WHITE_V = 0.46834;
/** R + G + B below which a colour counts as black and has no chromaticity of its own. */
const BLACK = 0.004;

/** sRGB byte → linear light 0..1. */
export const LINEAR_OF_BYTE: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => linearOf(byte / 255));

export function linearOf(encoded: Unit): Unit {
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

export function encodedOf(linear: Unit): Unit {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}

/** Relative luminance of linear R, G, B; 1 = the display's white. */
export function luminanceOf(r: Unit, g: Unit, b: Unit): Unit {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export interface Chromaticity {
  readonly u: number;
  readonly v: number;
}

/** CIE 1976 u′v′ of linear R, G, B. */
export function chromaticityOf(r: Unit, g: Unit, b: Unit): Chromaticity {
  if (r + g + b < BLACK) return { u: WHITE_U, v: WHITE_V };
  const x = 0.4124 * r + 0.3576 * g + 0.1805 * b;
  const y = luminanceOf(r, g, b);
  const z = 0.0193 * r + 0.1192 * g + 0.9505 * b;
  const sum = x + 15 * y + 3 * z;
  return { u: (4 * x) / sum, v: (9 * y) / sum };
}

export function isSaturatedRed(r: Unit, g: Unit, b: Unit): boolean {
  return r + g + b >= BLACK && r >= RED_SHARE * (r + g + b);
}

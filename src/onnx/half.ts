/** IEEE 754 binary16 as 16-bit words ↔ float32; Node 20 has no Float16Array. Rounds to nearest even. */

const floatView = new Float32Array(1);
const wordView = new Uint32Array(floatView.buffer);
/** Every half as a float32: a decoded picture has a million of them. */
let halves: Float32Array | undefined;

export function floatToHalf(values: Float32Array): Uint16Array {
  const words = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) words[i] = toHalf(values[i] as number);
  return words;
}

export function halfToFloat(words: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, word) => fromHalf(word));
  const values = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) values[i] = halves[words[i] as number] as number;
  return values;
}

/** A float32 value rounded to what float16 can hold. */
export function roundToHalf(value: number): number {
  return fromHalf(toHalf(value));
}

function toHalf(value: number): number {
  floatView[0] = value;
  const word = wordView[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const fraction = word & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const shifted = exponent - 112;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted <= 0) return shifted < -10 ? sign : sign | roundShift(fraction | 0x800000, 14 - shifted);
  // A carry out of the fraction rightly raises the exponent, up to infinity.
  return sign | ((shifted << 10) + roundShift(fraction, 13));
}

/** value / 2^bits, to the nearest, ties to even. */
function roundShift(value: number, bits: number): number {
  const kept = value >>> bits;
  const rest = value & ((1 << bits) - 1);
  const half = 1 << (bits - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function fromHalf(word: number): number {
  const sign = (word & 0x8000) === 0 ? 1 : -1;
  const exponent = (word >>> 10) & 0x1f;
  const fraction = word & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

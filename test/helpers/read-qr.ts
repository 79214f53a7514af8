/**
 * Reads a QR code (ISO/IEC 18004, versions 1 to 10, byte mode) from its modules, for codes that were printed and not
 * photographed: no error correction is needed. Written from the standard, so that it does not share the printer's mistakes.
 */

/** Codewords of error correction in a block and number of blocks, by level L, M, Q, H and version. */
const CORRECTION: Readonly<Record<string, readonly (readonly [perBlock: number, blocks: number])[]>> = {
  L: [[7, 1], [10, 1], [15, 1], [20, 1], [26, 1], [18, 2], [20, 2], [24, 2], [30, 2], [18, 4]],
  M: [[10, 1], [16, 1], [26, 1], [18, 2], [24, 2], [16, 4], [18, 4], [22, 4], [22, 5], [26, 5]],
  Q: [[13, 1], [22, 1], [18, 2], [26, 2], [18, 4], [24, 4], [18, 6], [22, 6], [20, 8], [24, 8]],
  H: [[17, 1], [28, 1], [22, 2], [16, 4], [22, 4], [28, 4], [26, 5], [26, 6], [24, 8], [28, 8]],
};
/** By the two bits of the format. */
const LEVELS = ['M', 'L', 'H', 'Q'] as const;
const ALIGNMENT: readonly (readonly number[])[] = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (x + y) % 2, (_, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3), (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];
const FORMAT_MASK = 0b101010000010010;

/** True = dark, rows of modules, quiet zone cut off. */
export type Modules = readonly (readonly boolean[])[];

/** The modules of a code printed light on dark with half blocks. */
export function modulesOfText(lines: readonly string[]): Modules {
  const rows = lines.flatMap((line) => [Array.from(line, (block) => block === ' ' || block === '▄'), Array.from(line, (block) => block === ' ' || block === '▀')]);
  // Two finders stand in the first row that has dark modules; below the last one there may be half a line that stands for nothing.
  const top = rows.findIndex((row) => row.includes(true));
  const first = rows[top] as boolean[];
  const left = first.indexOf(true);
  const size = first.lastIndexOf(true) - left + 1;
  return rows.slice(top, top + size).map((row) => row.slice(left, left + size));
}

/** The text of a code. Throws a plain Error for what is none. */
export function readQr(modules: Modules): string {
  const size = modules.length;
  const version = (size - 17) / 4;
  if (!Number.isInteger(version) || version < 1 || version > 10) throw new Error(`${size} modules are no code of version 1 to 10`);
  const format = formatOf(modules);
  const bytes = dataOf(codewordsOf(modules, version, format & 7), version, LEVELS[format >> 3] as string);
  return textOf(bytes, version);
}

/** Level and mask: five bits, beside the finder at the top left. */
function formatOf(modules: Modules): number {
  const places = [...[0, 1, 2, 3, 4, 5, 7].map((x) => [x, 8]), ...[8, 7, 5, 4, 3, 2, 1, 0].map((y) => [8, y])] as [number, number][];
  const bits = places.reduce((value, [x, y]) => (value << 1) | Number(modules[y]?.[x]), 0);
  return (bits ^ FORMAT_MASK) >> 10;
}

function codewordsOf(modules: Modules, version: number, mask: number): number[] {
  const size = modules.length;
  const bits: number[] = [];
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (!isFunction(x, y, size, version)) bits.push(Number(modules[y]?.[x]) ^ Number(MASKS[mask]?.(x, y) === 0));
    }
  }
  return Array.from({ length: Math.floor(bits.length / 8) }, (_, i) => bits.slice(8 * i, 8 * i + 8).reduce((value, bit) => (value << 1) | bit, 0));
}

/** Finders, timing, alignment, format and version areas hold no data. */
function isFunction(x: number, y: number, size: number, version: number): boolean {
  if (x === 6 || y === 6) return true;
  if ((x < 9 && y < 9) || (x < 9 && y >= size - 8) || (y < 9 && x >= size - 8)) return true;
  if (version >= 7 && ((y < 6 && x >= size - 11) || (x < 6 && y >= size - 11))) return true;
  const centres = ALIGNMENT[version - 1] as readonly number[];
  const last = centres.at(-1);
  return centres.some((cx) => centres.some((cy) => {
    const isCorner = (cx === 6 && (cy === 6 || cy === last)) || (cy === 6 && cx === last);
    return !isCorner && Math.abs(x - cx) <= 2 && Math.abs(y - cy) <= 2;
  }));
}

/** Data codewords of all blocks, which stand interleaved. */
function dataOf(codewords: readonly number[], version: number, level: string): number[] {
  const [correction, count] = (CORRECTION[level] ?? [])[version - 1] as readonly [number, number];
  const short = Math.floor(codewords.length / count) - correction;
  const shortBlocks = count - (codewords.length % count);
  const blocks = Array.from({ length: count }, (): number[] => []);
  let at = 0;
  for (let i = 0; i <= short; i++) blocks.forEach((block, b) => {
    if (i < short || b >= shortBlocks) block.push(codewords[at++] as number);
  });
  return blocks.flat();
}

/** The bytes of the one segment, as text. */
function textOf(bytes: readonly number[], version: number): string {
  let at = 0;
  const read = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
    return value;
  };
  if (read(4) !== 0b0100) throw new Error('the code holds no bytes');
  return Buffer.from(Array.from({ length: read(version < 10 ? 8 : 16) }, () => read(8))).toString('utf8');
}

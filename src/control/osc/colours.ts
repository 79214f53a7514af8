/**
 * The dominant colours of a picture, for lights. Pixels are sampled on a coarse lattice and grouped by k-means in sRGB,
 * weighted by how bright and how saturated they are, since a lamp cannot show black. Deterministic; keeps the order of the
 * colours before, so that lamps do not swap. Pure.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

const SAMPLES_A_SIDE = 24;
const ROUNDS = 6;
/** Weight of a pixel without any light or colour. */
const FLOOR = 0.02;

interface Sample {
  readonly colour: Rgb;
  readonly weight: number;
}

/** `count` colours (0..1 each) of an RGBA picture of `height` rows, heaviest first or in the order of `before`. */
export function dominantColours(pixels: Uint8Array, height: number, width: number, count: number, before: readonly Rgb[] = []): Rgb[] {
  const samples = takeSamples(pixels, height, width);
  if (samples.length === 0) return Array.from({ length: count }, () => [0, 0, 0] as const);
  let centres = before.length === count ? [...before] : spread(samples, count);
  let weights: number[] = [];
  for (let round = 0; round < ROUNDS; round++) ({ centres, weights } = regroup(samples, centres));
  if (before.length === count) return centres;
  return centres.map((centre, i) => ({ centre, weight: weights[i] ?? 0 })).toSorted((a, b) => b.weight - a.weight).map(({ centre }) => centre);
}

function takeSamples(pixels: Uint8Array, height: number, width: number): Sample[] {
  const rows = Math.min(SAMPLES_A_SIDE, height);
  const columns = Math.min(SAMPLES_A_SIDE, width);
  return Array.from({ length: rows * columns }, (_, i) => {
    const y = Math.floor(((Math.floor(i / columns) + 0.5) * height) / rows);
    const x = Math.floor((((i % columns) + 0.5) * width) / columns);
    const at = (y * width + x) * 4;
    const colour = [(pixels[at] ?? 0) / 255, (pixels[at + 1] ?? 0) / 255, (pixels[at + 2] ?? 0) / 255] as const;
    const most = Math.max(...colour);
    return { colour, weight: FLOOR + most * (0.3 + most - Math.min(...colour)) };
  });
}

/** Far apart starts: the heaviest sample, then always the one that is farthest (by weight) from those chosen. */
function spread(samples: readonly Sample[], count: number): Rgb[] {
  const first = samples.reduce((best, one) => (one.weight > best.weight ? one : best));
  const centres: Rgb[] = [first.colour];
  while (centres.length < count) {
    const score = ({ colour, weight }: Sample): number => weight * Math.min(...centres.map((centre) => distance(colour, centre)));
    centres.push(samples.reduce((best, one) => (score(one) > score(best) ? one : best)).colour);
  }
  return centres;
}

function regroup(samples: readonly Sample[], centres: readonly Rgb[]): { centres: Rgb[]; weights: number[] } {
  const sums = centres.map(() => [0, 0, 0, 0] as [number, number, number, number]);
  for (const { colour, weight } of samples) {
    let nearest = 0;
    for (let i = 1; i < centres.length; i++) if (distance(colour, centres[i] as Rgb) < distance(colour, centres[nearest] as Rgb)) nearest = i;
    const sum = sums[nearest] as [number, number, number, number];
    colour.forEach((value, c) => { sum[c] = (sum[c] as number) + value * weight; });
    sum[3] += weight;
  }
  const next = sums.map(([red, green, blue, weight], i): Rgb => (weight > 0 ? [red / weight, green / weight, blue / weight] : (centres[i] as Rgb)));
  return { centres: next, weights: sums.map(([, , , weight]) => weight) };
}

function distance(a: Rgb, b: Rgb): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

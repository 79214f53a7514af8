/**
 * An analyser of finished pictures, written from the rules (WCAG 2.2 three flashes, BT.1702, EA IRIS) and not from the
 * limiter: it keeps every series whole and looks at it afterwards. Cells are [rows, columns] of linear R, G, B in Float64.
 */

export interface Film {
  readonly columns: number;
  readonly rows: number;
  readonly frames: readonly { readonly time: number; readonly cells: Float64Array }[];
}

export interface Finding {
  /** Most half flashes in any second, over the fields: those of cells that fill more than a quarter of a field … */
  readonly general: number;
  readonly red: number;
  /** … those in which a quarter of a field takes part at once … */
  readonly together: number;
  /** … and those of the mean of the screen, as EA IRIS counts. */
  readonly mean: number;
}

const AREA = 0.25;

export function analyse(film: Film, field: 'ten degrees' | 'screen' = 'ten degrees'): Finding {
  const fields = fieldsOf(film, field === 'screen' ? 1 : 1 / 3);
  const times = film.frames.map(({ time }) => time);
  const cells = Array.from({ length: film.columns * film.rows }, (_, cell) => film.frames.map((frame) => frame.cells.subarray(3 * cell, 3 * cell + 3)));
  const general = cells.map((series) => turnsOf(series.map((c) => lightOf(c))));
  const red = cells.map((series) => redTurnsOf(series));
  return {
    general: worstByArea(general, times, fields), red: worstByArea(red, times, fields), together: worstTogether(general, times, fields),
    mean: mostInASecond(turnsOf(film.frames.map(({ cells: all }) => meanLight(all))).map(({ at }) => times[at] as number)),
  };
}

/** Half flashes of one series: index of the frame that completes each, and its direction. */
export function turnsOf(light: readonly number[]): { readonly at: number; readonly up: boolean }[] {
  const turns: { at: number; up: boolean }[] = [];
  let start = 0;
  for (let at = 1; at < light.length; at++) {
    // The latest change that any earlier frame since the last half flash makes with this one.
    let found: boolean | null = null;
    const last = turns.at(-1)?.up;
    for (let from = start; from < at; from++) {
      const change = (light[at] as number) - (light[from] as number);
      const darker = Math.min(light[at] as number, light[from] as number);
      if (Math.abs(change) >= 0.1 && darker < 0.8 && (last === undefined || last !== change > 0)) found = change > 0;
    }
    if (found === null) continue;
    turns.push({ at, up: found });
    start = at;
  }
  return turns;
}

function redTurnsOf(series: readonly Float64Array[]): { readonly at: number; readonly up: boolean }[] {
  const turns: { at: number; up: boolean }[] = [];
  let start = 0;
  for (let at = 1; at < series.length; at++) {
    let found: boolean | null = null;
    const last = turns.at(-1)?.up;
    for (let from = start; from < at; from++) {
      const [before, now] = [series[from] as Float64Array, series[at] as Float64Array];
      const [wasRed, isRed] = [isRedColour(before), isRedColour(now)];
      if (!(wasRed || isRed) || colourDistance(before, now) <= 0.2) continue;
      const up = isRed;
      if (last === undefined || last !== up) found = up;
    }
    if (found === null) continue;
    turns.push({ at, up: found });
    start = at;
  }
  return turns;
}

type Turns = readonly (readonly { readonly at: number; readonly up: boolean }[])[];

/** Largest n so that at some moment more than a quarter of a field has made n half flashes in the second before. */
function worstByArea(turns: Turns, times: readonly number[], fields: readonly number[][]): number {
  let worst = 0;
  for (const now of times) {
    const counts = turns.map((list) => list.filter(({ at }) => (times[at] as number) <= now && (times[at] as number) > now - 1).length);
    if (Math.max(...counts) <= worst) continue;
    for (const cells of fields) {
      const sorted = cells.map((cell) => counts[cell] as number).toSorted((a, b) => b - a);
      worst = Math.max(worst, sorted[Math.floor(AREA * cells.length)] as number);
    }
  }
  return worst;
}

function worstTogether(turns: Turns, times: readonly number[], fields: readonly number[][]): number {
  const ups = times.map((_, at) => turns.map((list) => list.find((turn) => turn.at === at)?.up));
  const busy = ups.map((frame) => frame.some((up) => up !== undefined));
  let worst = 0;
  for (const cells of fields) {
    const moments: number[] = [];
    let last: boolean | undefined;
    ups.forEach((frame, at) => {
      if (busy[at] !== true) return;
      for (const up of [true, false]) {
        if (last === up || cells.filter((cell) => frame[cell] === up).length <= AREA * cells.length) continue;
        moments.push(times[at] as number);
        last = up;
      }
    });
    worst = Math.max(worst, mostInASecond(moments));
  }
  return worst;
}

export function mostInASecond(moments: readonly number[]): number {
  return Math.max(0, ...moments.map((end) => moments.filter((time) => time <= end && time > end - 1).length));
}

/** Cells of every field that covers `share` of both axes, all places. */
function fieldsOf({ columns, rows }: Film, share: number): number[][] {
  const [wide, high] = [Math.max(1, Math.floor(columns * share)), Math.max(1, Math.floor(rows * share))];
  const fields: number[][] = [];
  for (let top = 0; top + high <= rows; top++) {
    for (let left = 0; left + wide <= columns; left++) {
      fields.push(Array.from({ length: wide * high }, (_, i) => (top + Math.floor(i / wide)) * columns + left + (i % wide)));
    }
  }
  return fields;
}

const lightOf = (c: ArrayLike<number>, at = 0): number => 0.2126 * (c[at] as number) + 0.7152 * (c[at + 1] as number) + 0.0722 * (c[at + 2] as number);

function meanLight(cells: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < cells.length; at += 3) sum += lightOf(cells, at);
  return sum / (cells.length / 3);
}

function isRedColour(c: Float64Array): boolean {
  const sum = (c[0] as number) + (c[1] as number) + (c[2] as number);
  return sum > 0.004 && (c[0] as number) / sum >= 0.8;
}

function colourDistance(a: Float64Array, b: Float64Array): number {
  const [one, two] = [uv(a), uv(b)];
  return Math.hypot(one[0] - two[0], one[1] - two[1]);
}

/** u′, v′ by way of x, y (CIE 15): black gets the white point's. */
function uv(c: Float64Array): readonly [number, number] {
  const [r, g, b] = [c[0] as number, c[1] as number, c[2] as number];
  if (r + g + b <= 0.004) return [0.19784, 0.46834];
  const X = 0.4124 * r + 0.3576 * g + 0.1805 * b;
  const Y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const Z = 0.0193 * r + 0.1192 * g + 0.9505 * b;
  const [x, y] = [X / (X + Y + Z), Y / (X + Y + Z)];
  return [(4 * x) / (-2 * x + 12 * y + 3), (9 * y) / (-2 * x + 12 * y + 3)];
}

/** A film from sRGB bytes of every frame, RGB in rows of cells. */
export function filmOf(columns: number, rows: number, fps: number, frames: readonly Uint8Array[], channels: 3 | 4 = 4): Film {
  const decode = (byte: number): number => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  const table = Float64Array.from({ length: 256 }, (_, byte) => decode(byte));
  return {
    columns, rows,
    frames: frames.map((bytes, index) => ({ time: index / fps, cells: Float64Array.from({ length: columns * rows * 3 }, (_, i) => table[bytes[Math.floor(i / 3) * channels + (i % 3)] as number] as number) })),
  };
}

/** Averages pixels into fewer cells (box), in linear light; RGBA bytes. */
export function shrink(pixels: Uint8Array, width: number, height: number, columns: number, rows: number): Float64Array {
  const decode = (byte: number): number => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  const table = Float64Array.from({ length: 256 }, (_, byte) => decode(byte));
  const sums = new Float64Array(columns * rows * 3);
  const counts = new Float64Array(columns * rows);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      counts[cell] = (counts[cell] as number) + 1;
      for (let c = 0; c < 3; c++) sums[3 * cell + c] = (sums[3 * cell + c] as number) + (table[pixels[(y * width + x) * 4 + c] as number] as number);
    }
  }
  return sums.map((sum, i) => sum / (counts[Math.floor(i / 3)] as number));
}

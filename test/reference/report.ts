/** What the checks of reference values share: counting, and comparing numbers with a stated tolerance. */

/** Throws with the first difference found. */
export type Check = () => void | Promise<void>;

export interface Case {
  readonly name: string;
  readonly check: Check;
}

/** How far a number may be off: |came − expected| ≤ absolute + relative · max(|expected|, scale). */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
}

export function expectNear(what: string, came: number | undefined, expected: number, { relative = 0, absolute = 0 }: Tolerance, scale = 0): void {
  const limit = absolute + relative * Math.max(Math.abs(expected), scale);
  if (came === undefined || !(Math.abs(came - expected) <= limit)) throw new Error(`${what}: expected ${expected}, came ${came} (allowed ± ${limit.toPrecision(3)})`);
}

/** Relative to the largest expected value of the list, so that values that happen to lie near 0 are judged with the others. */
export function expectAllNear(what: string, came: ArrayLike<number>, expected: readonly number[], tolerance: Tolerance, scale = largest(expected)): void {
  expected.forEach((value, i) => expectNear(`${what}[${i}]`, came[i], value, tolerance, scale));
}

export function expectSame(what: string, came: unknown, expected: unknown): void {
  if (JSON.stringify(came) !== JSON.stringify(expected)) throw new Error(`${what}: expected ${shorten(expected)}, came ${shorten(came)}`);
}

export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i] as number));
  return most;
}

export function sumOf(values: ArrayLike<number>, of: (value: number) => number = (value) => value): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i] as number);
  return sum;
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

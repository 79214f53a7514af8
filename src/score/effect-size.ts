/**
 * Sizes of an ISF pass: a number, or an expression such as `$WIDTH/4.0` or `floor(max($WIDTH, $HEIGHT) * 0.1)`, in pixels
 * of the picture. Grammar: + - * / and brackets over numbers, $WIDTH, $HEIGHT and floor, ceil, min, max. Source: ISF 2.0.
 */

export interface Extent {
  readonly width: number;
  readonly height: number;
}

export type SizeRule = (picture: Extent) => number;

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = { floor: Math.floor, ceil: Math.ceil, min: Math.min, max: Math.max };

/** Throws a plain Error with what is wrong. */
export function parseSize(expression: unknown): SizeRule {
  if (typeof expression === 'number') return () => expression;
  if (typeof expression !== 'string') throw new Error('it is neither a number nor a text');
  const tokens = expression.match(/\$?[A-Za-z]+|\d+\.?\d*|\.\d+|\S/g) ?? [];
  const reader = new Reader(tokens);
  const rule = reader.sum();
  if (reader.next !== undefined) throw new Error(`"${reader.next}" is too much`);
  return rule;
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  sum(): SizeRule {
    let left = this.#product();
    while (this.next === '+' || this.next === '-') {
      const [sign, a] = [this.#take() === '+' ? 1 : -1, left];
      const b = this.#product();
      left = (picture) => a(picture) + sign * b(picture);
    }
    return left;
  }

  #product(): SizeRule {
    let left = this.#value();
    while (this.next === '*' || this.next === '/') {
      const [isTimes, a] = [this.#take() === '*', left];
      const b = this.#value();
      left = (picture) => (isTimes ? a(picture) * b(picture) : a(picture) / b(picture));
    }
    return left;
  }

  #value(): SizeRule {
    const token = this.#take();
    if (token === '$WIDTH') return ({ width }) => width;
    if (token === '$HEIGHT') return ({ height }) => height;
    if (token === '(') return this.#closed(this.sum());
    const call = FUNCTIONS[token ?? ''];
    if (call !== undefined) return this.#call(call);
    const value = Number(token);
    if (token === undefined || Number.isNaN(value)) throw new Error(`${token === undefined ? 'it ends too soon' : `"${token}" is not known`}`);
    return () => value;
  }

  #call(call: (...values: number[]) => number): SizeRule {
    if (this.#take() !== '(') throw new Error('a function needs its brackets');
    const parts = [this.sum()];
    while (this.next === ',') {
      this.#take();
      parts.push(this.sum());
    }
    return this.#closed((picture) => call(...parts.map((part) => part(picture))));
  }

  #closed(rule: SizeRule): SizeRule {
    if (this.#take() !== ')') throw new Error('a bracket is not closed');
    return rule;
  }

  #take(): string | undefined {
    return this.#tokens[this.#at++];
  }
}

/**
 * OSC 1.0 address patterns, matched by hand: `?` one character, `*` any run, `[a-z]` `[!a]` a class, `{foo,bar}` a choice.
 * None of them crosses a '/'. All states advance together, so the cost is at most pattern length x address length
 * (a regular expression built from a packet can be made to hang the process).
 */

/** Longest address or pattern taken from a packet, in characters. */
export const MAX_ADDRESS_LENGTH = 128;

type Token =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'run' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly (readonly [low: number, high: number])[] }
  | { readonly kind: 'choice'; readonly texts: readonly string[] };

export interface AddressPattern {
  readonly tokens: readonly Token[];
}

export function hasWildcards(address: string): boolean {
  for (const character of address) if ('?*[]{}'.includes(character)) return true;
  return false;
}

/** Reads a pattern once; undefined where it is malformed (an open bracket, a nested choice, too long, no leading '/'). */
export function parsePattern(pattern: string): AddressPattern | undefined {
  if (pattern.length === 0 || pattern.length > MAX_ADDRESS_LENGTH || pattern[0] !== '/') return undefined;
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const step = readToken(pattern, at);
    if (step === undefined) return undefined;
    const last = tokens.at(-1);
    if (!(step.token.kind === 'run' && last?.kind === 'run')) tokens.push(step.token);
    at = step.next;
  }
  return { tokens };
}

export function matchAddress(pattern: AddressPattern, address: string): boolean {
  let places = new Set([0]);
  for (const token of pattern.tokens) {
    const reached = new Set<number>();
    for (const place of places) for (const next of advance(token, address, place)) reached.add(next);
    if (reached.size === 0) return false;
    places = reached;
  }
  return places.has(address.length);
}

interface TokenStep {
  readonly token: Token;
  readonly next: number;
}

function readToken(pattern: string, at: number): TokenStep | undefined {
  const character = pattern[at] as string;
  if (character === '?') return { token: { kind: 'one' }, next: at + 1 };
  if (character === '*') return { token: { kind: 'run' }, next: at + 1 };
  if (character === '[') return readClass(pattern, at);
  if (character === '{') return readChoice(pattern, at);
  if (character === ']' || character === '}') return undefined;
  let end = at;
  while (end < pattern.length && !'?*[]{}'.includes(pattern[end] as string)) end++;
  return { token: { kind: 'literal', text: pattern.slice(at, end) }, next: end };
}

function readClass(pattern: string, at: number): TokenStep | undefined {
  const end = pattern.indexOf(']', at);
  const negated = pattern[at + 1] === '!';
  const body = pattern.slice(at + (negated ? 2 : 1), Math.max(end, at + 1));
  if (end < 0 || body.length === 0) return undefined;
  const ranges: [number, number][] = [];
  for (let i = 0; i < body.length; i++) {
    const low = body.charCodeAt(i);
    const isRange = body[i + 1] === '-' && i + 2 < body.length;
    const high = isRange ? body.charCodeAt(i + 2) : low;
    ranges.push([Math.min(low, high), Math.max(low, high)]);
    if (isRange) i += 2;
  }
  return { token: { kind: 'class', negated, ranges }, next: end + 1 };
}

function readChoice(pattern: string, at: number): TokenStep | undefined {
  const end = pattern.indexOf('}', at);
  const body = pattern.slice(at + 1, Math.max(end, at + 1));
  if (end < 0 || body.includes('/') || hasWildcards(body)) return undefined;
  return { token: { kind: 'choice', texts: body.split(',') }, next: end + 1 };
}

/** Places in the address where the rest of the pattern may go on after this token. */
function advance(token: Token, address: string, place: number): readonly number[] {
  switch (token.kind) {
    case 'literal':
      return address.startsWith(token.text, place) ? [place + token.text.length] : [];
    case 'choice':
      return token.texts.filter((text) => address.startsWith(text, place)).map((text) => place + text.length);
    case 'run':
      return runOfPart(address, place);
    case 'one':
    case 'class':
      return isInside(address, place) && (token.kind === 'one' || isInClass(token, address.charCodeAt(place))) ? [place + 1] : [];
  }
}

function isInside(address: string, place: number): boolean {
  return place < address.length && address[place] !== '/';
}

function runOfPart(address: string, place: number): readonly number[] {
  const places = [place];
  for (let at = place; isInside(address, at); at++) places.push(at + 1);
  return places;
}

function isInClass(token: Extract<Token, { kind: 'class' }>, code: number): boolean {
  return token.ranges.some(([low, high]) => code >= low && code <= high) !== token.negated;
}

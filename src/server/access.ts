/**
 * Who may talk to the server. It listens on loopback, so what is left to refuse are other web pages in the same
 * browser: a Host header that is not ours (DNS rebinding), an Origin that is not ours (a foreign page opening our
 * socket), and an upload without the token that only a page on our socket has.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** True for `localhost`, `127.0.0.1` or `[::1]` with exactly this port. */
export function isOwnHost(host: string | undefined, port: number): boolean {
  if (host === undefined) return false;
  const match = /^(\[[0-9a-f:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(host);
  if (match === null) return false;
  return LOCAL_NAMES.has((match[1] as string).toLowerCase()) && Number(match[2] ?? 80) === port;
}

/** True for a page of ours, and for a client that is no browser (it sends no Origin). */
export function isOwnOrigin(origin: string | undefined, port: number): boolean {
  if (origin === undefined) return true;
  const match = /^http:\/\/(.+)$/.exec(origin);
  return match !== null && isOwnHost(match[1], port);
}

export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

export function createToken(): string {
  return randomBytes(24).toString('base64url');
}

export function isSameToken(given: unknown, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

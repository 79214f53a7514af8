/**
 * Who may talk to the server. On loopback what is left to refuse are other web pages in the same browser: a Host header
 * that is not ours (DNS rebinding), an Origin that is not ours (a foreign page opening our socket), a write that a foreign
 * site caused, and an upload without the token that only a page on our socket has. On the local network everyone else needs
 * a token of this run, once in the address and then as a cookie; the guest's only looks.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const COOKIE = 'latentbeat';

/** Operators do everything, guests look. */
export type Grade = 'operator' | 'guest';

/** Names this machine may be called by: loopback, and more in LAN mode. Lower case, IPv6 in brackets. */
export type OwnNames = ReadonlySet<string>;

export interface LanAccess {
  readonly operatorToken: string;
  readonly guestToken: string;
  readonly names: OwnNames;
}

/** Fresh tokens, and this machine's addresses by which it may be called. */
export function createLanAccess(): LanAccess {
  const addresses = lanAddresses();
  return { operatorToken: createToken(), guestToken: createToken(), names: new Set([...LOCAL_NAMES, 'latentbeat.local', ...addresses.map((address) => (address.includes(':') ? `[${address.toLowerCase()}]` : address))]) };
}

/** Addresses on the local network, IPv4 first. */
export function lanAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter(({ internal, scopeid }) => !internal && (scopeid ?? 0) === 0);
  return all.toSorted((a, b) => Number(a.family === 'IPv6') - Number(b.family === 'IPv6')).map(({ address }) => address);
}

/** True for one of our names with exactly this port. */
export function isOwnHost(host: string | undefined, port: number, names: OwnNames = LOCAL_NAMES): boolean {
  if (host === undefined) return false;
  const match = /^(\[[0-9a-f:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(host);
  if (match === null) return false;
  return names.has((match[1] as string).toLowerCase()) && Number(match[2] ?? 80) === port;
}

/** True for a page of ours, and for a client that is no browser (it sends no Origin). */
export function isOwnOrigin(origin: string | undefined, port: number, names: OwnNames = LOCAL_NAMES): boolean {
  if (origin === undefined) return true;
  const match = /^http:\/\/(.+)$/.exec(origin);
  return match !== null && isOwnHost(match[1], port, names);
}

/** A request that another site caused: only reading is harmless. */
export function isForeignWrite({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>, port: number, names: OwnNames = LOCAL_NAMES): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false;
  const site = headers['sec-fetch-site'];
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none';
  return !isOwnOrigin(headers.origin, port, names);
}

export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

/** What a request may do; null: nothing. Loopback is the operator's own machine. */
export function gradeOf(request: Pick<IncomingMessage, 'url' | 'headers'> & { readonly socket: { readonly remoteAddress?: string | undefined } }, lan: LanAccess | null): Grade | null {
  if (isLoopbackAddress(request.socket.remoteAddress)) return 'operator';
  if (lan === null) return null;
  for (const token of [tokenInUrl(request.url), tokenInCookie(request.headers.cookie)]) {
    if (isSameToken(token, lan.operatorToken)) return 'operator';
    if (isSameToken(token, lan.guestToken)) return 'guest';
  }
  return null;
}

/** The token in an address, `?token=…`. */
export function tokenInUrl(url: string | undefined): string | null {
  const query = (url ?? '').split('?')[1];
  return query === undefined ? null : new URLSearchParams(query).get('token');
}

/** Keeps a token for this browser session, out of reach of scripts and other sites. */
export function cookieFor(token: string): string {
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict`;
}

export function createToken(): string {
  return randomBytes(24).toString('base64url');
}

export function isSameToken(given: unknown, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function tokenInCookie(cookies: string | undefined): string | null {
  const found = (cookies ?? '').split(';').map((cookie) => cookie.trim().split('=')).find(([name]) => name === COOKIE);
  return found?.[1] ?? null;
}

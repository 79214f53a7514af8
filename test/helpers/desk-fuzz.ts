/** Junk for everything at the desk that listens: what is sent is drawn from a seed, so a finding can be had again. */

import type { Random } from '../../src/base/random.ts';
import { encodeBundle, encodeMessage } from '../../src/control/osc/osc-codec.ts';

const ADDRESSES = ['/walk/{speed,noise}', '/look/*/amount', '/walk/prompt/?', '/stage/master', '/transport/position', '/preset/load', '/pad/type', '/snapshot/recall', '/osc/subscribe', '/keep/go', '/tempo/bpm', '/patch/routes', '/cue/go', '/queue/next'];
const ODD_NUMBERS = [Number.NaN, Infinity, -Infinity, -0, 1e308, -1e-308, 2 ** 53, -(2 ** 31)];
const ODD_TEXTS = ['', ' ', '__proto__', 'constructor', '../../etc/passwd', '\u0000', '💥'.repeat(50), '{"a":[', '[[[[[[]]]]]]', '<b>', '%s%n', 'x'.repeat(3000)];
const KEYS = ['type', 'path', 'value', 'args', 'source', 'id', 'action', 'v', 'role', '__proto__', 'constructor', 'settings', 'bytes', 'device'];
const TYPES = ['value', 'trigger', 'hello', 'ping', 'clock', 'live', 'openTrack', 'queue', 'scene', 'keeper', 'cueAdd', 'cueEdit', 'cue', 'grid', 'midi', 'midiDevices', 'learn', 'output', 'drawn', 'nonsense'];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'BREW', 'OPTIONS', 'get'];
const TARGETS = ['/', '/walk', '/walk/speed?VALUE', '/?HOST_INFO', '/%', '/%00', '/%ff%fe', '/walk//speed', '/../..', '/walk/speed?__proto__', '/?', '//', '*', 'http://elsewhere/', '/api/state', '/api/pads/1-99.jpg', '/ws', '/?LISTEN'];

const below = (random: Random, bound: number): number => Math.floor(random.uniform() * bound);
const one = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T;
const noise = (random: Random, most: number): Uint8Array => Uint8Array.from({ length: 1 + below(random, most) }, () => below(random, 256));

function bent(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let i = 0; i <= below(random, 6); i++) copy[below(random, copy.length)] = below(random, 256);
  return random.uniform() < 0.3 ? copy.slice(0, 1 + below(random, copy.length)) : copy;
}

/** Noise, a good packet that is bent somewhere, or a well-formed one that makes no sense. */
export function fuzzedPacket(random: Random): Uint8Array {
  const kind = random.uniform();
  if (kind < 0.3) return noise(random, 200);
  const message = (): Uint8Array => encodeMessage(one(random, ADDRESSES), Array.from({ length: below(random, 4) }, () => oddValue(random)));
  const packet = random.uniform() < 0.7 ? message() : encodeBundle([message(), message()], random.uniform() < 0.2 ? Date.now() + 1000 * random.uniform() : null);
  return kind < 0.7 ? bent(random, packet) : packet;
}

function oddValue(random: Random): number | boolean | string {
  const kind = below(random, 4);
  return kind === 0 ? random.uniform() : kind === 1 ? random.uniform() < 0.5 : kind === 2 ? one(random, ODD_NUMBERS) : one(random, ODD_TEXTS);
}

/** Bytes of a broken cable: noise, or controls, notes, NRPN, clock and system exclusive with bytes lost and bent. */
export function fuzzedStream(random: Random): Uint8Array {
  if (random.uniform() < 0.5) return noise(random, 64);
  const status = [0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0, 0xf1, 0xf2, 0xf8, 0xfa, 0xfc];
  return bent(random, Uint8Array.from(Array.from({ length: 1 + below(random, 12) }, () => [one(random, status) + below(random, 16), below(random, 128), below(random, 128)]).flat().map((byte) => Math.min(255, byte))));
}

/** Text for a page's socket: not JSON, JSON of no type, a known type with wrong or missing keys, or far too much. */
export function fuzzedText(random: Random): string {
  const kind = random.uniform();
  if (kind < 0.2) return Buffer.from(noise(random, 300)).toString('latin1');
  if (kind < 0.25) return '['.repeat(1 + below(random, 20_000));
  if (kind < 0.3) return JSON.stringify({ type: 'trigger', path: '/walk/to', args: ['x'.repeat(below(random, 200_000))], source: 'fuzz' });
  const entries = Array.from({ length: below(random, 6) }, () => [one(random, KEYS), jsonValue(random, 3)] as const);
  const text = JSON.stringify(Object.fromEntries([['type', one(random, TYPES)], ...entries]));
  return random.uniform() < 0.3 ? text.slice(0, below(random, text.length)) : text;
}

/** Commands of OSCQuery, bent. */
export function fuzzedCommand(random: Random): string {
  if (random.uniform() < 0.3) return fuzzedText(random);
  return JSON.stringify({ COMMAND: one(random, ['LISTEN', 'IGNORE', 'listen', 'DROP', 7, null]), DATA: one<unknown>(random, [...ADDRESSES, ...ODD_TEXTS, '/walk/speed', '/', 1, null, {}]) });
}

/** An HTTP request as bytes: noise, a request line that makes no sense, headers that lie, an upgrade that is none. */
export function fuzzedRequest(random: Random, port: number): Buffer {
  if (random.uniform() < 0.3) return Buffer.from(noise(random, 400));
  const host = one(random, [`127.0.0.1:${port}`, 'elsewhere.example', '', '127.0.0.1:1', '[::1', 'a'.repeat(5000)]);
  const extra = one(random, ['', 'Content-Length: 99999999999\r\n', 'Content-Length: -1\r\n', 'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', 'Origin: http://elsewhere.example\r\n', 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: no\r\n', 'Upgrade: h2c\r\nConnection: Upgrade\r\n', `X: ${'y'.repeat(20_000)}\r\n`, 'Range: bytes=9-1\r\n']);
  const text = `${one(random, METHODS)} ${one(random, TARGETS)} ${one(random, ['HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', ''])}\r\nHost: ${host}\r\n${extra}\r\n`;
  return random.uniform() < 0.2 ? Buffer.from(bent(random, Buffer.from(text))) : Buffer.from(text);
}

function jsonValue(random: Random, depth: number): unknown {
  const kind = below(random, depth > 0 ? 6 : 4);
  if (kind === 0) return one(random, [...ODD_NUMBERS, 0, 1, 0.5]);
  if (kind === 1) return one(random, [...ODD_TEXTS, ...ADDRESSES, 'panel', 'stage', 'add', 'remove']);
  if (kind === 2) return null;
  if (kind === 3) return random.uniform() < 0.5;
  if (kind === 4) return Array.from({ length: below(random, 20) }, () => jsonValue(random, depth - 1));
  return Object.fromEntries(Array.from({ length: below(random, 5) }, () => [one(random, KEYS), jsonValue(random, depth - 1)]));
}

/** Listens to multicast DNS (RFC 6762) as a controller on the network would: asks for a service type, hears who answers. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';

const GROUP = '224.0.0.251';
const PORT = 5353;
const [PTR, SRV, IN] = [12, 33, 1];

/** One record of an answer; `data` is a name for PTR, `target:port` for SRV. */
export interface MdnsRecord {
  readonly name: string;
  readonly type: number;
  readonly data: string;
}

/** IPv4 addresses of this machine beyond loopback. */
export function lanAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address));
}

export class MdnsListener {
  readonly records: MdnsRecord[] = [];
  readonly #socket: Socket;

  static async open(address: string): Promise<MdnsListener> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.bind(PORT);
    await once(socket, 'listening');
    socket.addMembership(GROUP, address);
    socket.setMulticastInterface(address);
    return new MdnsListener(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => this.records.push(...recordsOf(bytes)));
  }

  /** Asks for services of a type such as `_oscjson._tcp.local`. */
  ask(type: string): void {
    const header = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    this.#socket.send(Buffer.concat([header, encodeName(type), Buffer.from([0, PTR, 0, IN])]), PORT, GROUP);
  }

  /** Names of the services of a type, each with its `host:port`. */
  servicesOf(type: string): { readonly name: string; readonly at: string }[] {
    const names = new Set(this.records.filter((record) => record.type === PTR && record.name === type).map(({ data }) => data));
    return [...names].flatMap((name) => {
      const at = this.records.findLast((record) => record.type === SRV && record.name === name)?.data;
      return at === undefined ? [] : [{ name, at }];
    });
  }

  close(): void {
    this.#socket.close();
  }
}

function encodeName(name: string): Buffer {
  return Buffer.concat([...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])]);
}

/** Records of a response; none for a question or for what cannot be read. */
function recordsOf(bytes: Buffer): MdnsRecord[] {
  if (bytes.length < 12 || (bytes.readUInt16BE(2) & 0x8000) === 0) return [];
  const counts = [6, 8, 10].map((at) => bytes.readUInt16BE(at));
  const records: MdnsRecord[] = [];
  let at = 12;
  for (let i = 0; i < bytes.readUInt16BE(4); i++) at = readName(bytes, at).end + 4;
  for (let i = 0; i < counts.reduce((sum, count) => sum + count, 0); i++) {
    const { name, end } = readName(bytes, at);
    const type = bytes.readUInt16BE(end);
    const start = end + 10;
    const data = type === PTR ? readName(bytes, start).name : type === SRV ? `${readName(bytes, start + 6).name}:${bytes.readUInt16BE(start + 4)}` : '';
    records.push({ name, type, data });
    at = start + bytes.readUInt16BE(end + 8);
  }
  return records;
}

/** A name at an offset, pointers followed; `end` is where the record goes on. */
function readName(bytes: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let end = -1;
  for (let at = from; ;) {
    const length = bytes.readUInt8(at);
    if (length === 0) return { name: labels.join('.'), end: end < 0 ? at + 1 : end };
    if (length >= 0xc0) {
      if (end < 0) end = at + 2;
      at = bytes.readUInt16BE(at) & 0x3fff;
    } else {
      labels.push(bytes.toString('utf8', at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
}

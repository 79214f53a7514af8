/** OSC over TCP: each connection is a peer, its packets framed by SLIP or by length, whichever it begins with. */

import { createServer, type Server, type Socket } from 'node:net';
import { MAX_PACKET_BYTES } from './osc-codec.ts';
import type { Peer } from './osc-echo.ts';
import { encodeLengthPrefixed, encodeSlip, PacketStream } from './slip.ts';

const MAX_CONNECTIONS = 32;
/** A peer that does not read is let go once this much waits for it. */
const MAX_WAITING_BYTES = 1 << 20;

export interface TcpOptions {
  readonly host: string;
  readonly port: number;
  readonly allows: (address: string) => boolean;
  readonly onPacket: (bytes: Uint8Array, peer: Peer) => void;
  readonly onBad: (count: number) => void;
  readonly onRefused: () => void;
  readonly onGone: (peer: Peer) => void;
}

export class OscTcp {
  private readonly server: Server;
  private readonly options: TcpOptions;
  private readonly lines = new Map<string, { readonly socket: Socket; readonly stream: PacketStream }>();

  /** Undefined where the port is taken. */
  static async open(options: TcpOptions): Promise<OscTcp | undefined> {
    const tcp = new OscTcp(options);
    return await new Promise((resolve) => {
      tcp.server.once('error', () => resolve(undefined));
      tcp.server.listen(options.port, options.host, () => {
        tcp.server.removeAllListeners('error');
        tcp.server.on('error', () => undefined);
        resolve(tcp);
      });
    });
  }

  private constructor(options: TcpOptions) {
    this.options = options;
    this.server = createServer((socket) => this.join(socket));
    this.server.maxConnections = MAX_CONNECTIONS;
  }

  send(bytes: Uint8Array, peer: Peer): void {
    const line = this.lines.get(keyOf(peer));
    if (line === undefined) return;
    if (line.socket.writableLength > MAX_WAITING_BYTES) line.socket.destroy();
    else line.socket.write(line.stream.framing === 'length' ? encodeLengthPrefixed(bytes) : encodeSlip(bytes));
  }

  async close(): Promise<void> {
    for (const { socket } of this.lines.values()) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private join(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const address = socket.remoteAddress ?? '';
    if (!this.options.allows(address)) {
      this.options.onRefused();
      socket.destroy();
      return;
    }
    const peer: Peer = { address, port: socket.remotePort ?? 0, transport: 'tcp' };
    const stream = new PacketStream(MAX_PACKET_BYTES);
    this.lines.set(keyOf(peer), { socket, stream });
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      const before = stream.bad;
      for (const packet of stream.push(chunk)) this.options.onPacket(packet, peer);
      if (stream.bad > before) this.options.onBad(stream.bad - before);
    });
    socket.on('close', () => {
      this.lines.delete(keyOf(peer));
      this.options.onGone(peer);
    });
  }
}

function keyOf({ address, port }: Peer): string {
  return `${address} ${port}`;
}

/**
 * One HTTP server on loopback with the pages, the API and the WebSocket. Knows nothing of music or models: what it
 * serves comes from a ShowHost. A busy port is answered by the next free one, said aloud.
 */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Express } from 'express';

import { UserError } from '../../base/errors.ts';
import type { Milliseconds } from '../../base/units.ts';
import { createLanAccess, createToken, lanAddresses, type OwnNames } from './access.ts';
import type { ShowHost, Wire } from './host.ts';
import { createApp } from './routes.ts';
import { Sockets } from './sockets.ts';

const LOOPBACK = '127.0.0.1';
const ANYWHERE = '0.0.0.0';
/** Longer than the gaps of anyone who polls, so that no request meets a connection that is just closing. */
const KEEP_ALIVE_MS: Milliseconds = 60_000;
/** Ports tried after a busy one. */
const PORTS_TRIED = 20;

export interface ServerOptions {
  readonly host: ShowHost;
  /** 0 = any free port. */
  readonly port: number;
  /** The server's monotonic clock. */
  readonly now: () => Milliseconds;
  /** Folder of the built pages (dist/web). */
  readonly webRoot?: string;
  /** Where dropped songs go; without it uploads are refused. */
  readonly uploadFolder?: string;
  /** Where logos of the overlay lie; without it there are none. */
  readonly overlayFolder?: string;
  /** Also for the local network, whose machines need a token. */
  readonly lan?: boolean;
  readonly onNotice?: (text: string) => void;
}

export interface RunningServer extends Wire {
  readonly port: number;
  /** `http://127.0.0.1:<port>`: the name localhost may lead to another address first. */
  readonly url: string;
  readonly token: string;
  /** Addresses with a token for other machines; null on loopback alone. */
  readonly lan: { readonly operatorUrl: string; readonly guestUrl: string; readonly names: OwnNames } | null;
  /** Messages of pages that were refused since the start. */
  readonly badMessages: number;
  readonly skippedFrames: number;
  /** Ends all connections; safe to call twice. */
  close(): Promise<void>;
}

/** Listens on loopback, or wider with `lan`. Throws a UserError when no port near the wanted one is free. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const token = createToken();
  const lan = options.lan === true ? createLanAccess() : null;
  let port = options.port;
  const { host, now, webRoot, uploadFolder, overlayFolder } = options;
  const server = createServer(createApp({ host, token, port: () => port, lan, webRoot, uploadFolder, overlayFolder }));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const sockets = new Sockets(server, { host, token, port: () => port, now, lan });
  port = await listenNear(server, options.port, lan === null ? LOOPBACK : ANYWHERE);
  if (options.port !== 0 && port !== options.port) options.onNotice?.(`Port ${options.port} is busy, so this show is at port ${port}.`);
  return {
    port,
    url: `http://${LOOPBACK}:${port}`,
    token,
    lan: lan === null ? null : { operatorUrl: lanUrl(port, lan.operatorToken, '/panel'), guestUrl: lanUrl(port, lan.guestToken, '/'), names: lan.names },
    get badMessages() { return sockets.badMessages; },
    get skippedFrames() { return sockets.skippedFrames; },
    ...wireOf(sockets),
    close: () => closeAll(server, sockets),
  };
}

/** Where a program of someone else holds latentbeat. */
export interface Mount {
  /** Its HTTP server; it may listen already or later. */
  readonly server: Server;
  /** Such as `/visuals`: begins with a slash and has none at its end. */
  readonly path: string;
}

/** The same pages, API and socket inside another program's server: `router` goes to `app.use(path, router)`. */
export function mountServer(options: Omit<ServerOptions, 'port' | 'lan' | 'onNotice'>, { server, path }: Mount): RunningServer & { readonly router: Express } {
  const token = createToken();
  const { host, now, webRoot, uploadFolder, overlayFolder } = options;
  const port = (): number => (server.address() as AddressInfo | null)?.port ?? 0;
  const router = createApp({ host, token, port, lan: null, webRoot, uploadFolder, overlayFolder });
  const sockets = new Sockets(server, { host, token, port, now, lan: null, mountPath: path });
  return {
    get port() { return port(); },
    get url() { return `http://${LOOPBACK}:${port()}${path}`; },
    ...wireOf(sockets), token, lan: null, router,
    get badMessages() { return sockets.badMessages; },
    get skippedFrames() { return sockets.skippedFrames; },
    close: async () => sockets.close(),
  };
}

function wireOf(sockets: Sockets): Wire {
  return {
    broadcast: (message, except) => sockets.broadcast(message, except),
    sendTo: (id, message) => sockets.sendTo(id, message),
    sendFrame: (frame, epoch) => sockets.sendFrame(frame, epoch),
    refill: () => sockets.refill(),
    welcomeAll: () => sockets.welcomeAll(),
    clients: () => sockets.clients(),
  };
}

function lanUrl(port: number, token: string, path: string): string {
  const address = lanAddresses()[0] ?? LOOPBACK;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}${path}?token=${token}`;
}

async function listenNear(server: Server, wanted: number, host: string): Promise<number> {
  const last = wanted === 0 ? 0 : Math.min(65_535, wanted + PORTS_TRIED);
  for (let port = wanted; port <= last; port++) {
    if (await tryListen(server, port, host)) return (server.address() as AddressInfo).port;
  }
  throw new UserError('device', `Ports ${wanted} to ${last} on ${host} are all busy or not allowed: choose another with --port.`);
}

async function tryListen(server: Server, port: number, host: string): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    const fail = (fault: NodeJS.ErrnoException): void => {
      server.off('listening', succeed);
      if (fault.code === 'EADDRINUSE' || fault.code === 'EACCES') resolve(false);
      else reject(fault);
    };
    const succeed = (): void => {
      server.off('error', fail);
      resolve(true);
    };
    server.once('error', fail);
    server.once('listening', succeed);
    server.listen(port, host);
  });
}

async function closeAll(server: Server, sockets: Sockets): Promise<void> {
  sockets.close();
  server.closeAllConnections();
  if (!server.listening) return;
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

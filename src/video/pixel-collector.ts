/**
 * Receives raw RGBA pictures from the stage page by POST on a loopback port of its own. One picture at a time, told apart
 * by a secret path; anything else is answered 404.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PixelCollector {
  /** Where the page posts to. */
  readonly url: string;
  /** Bytes of the next picture that comes, which must have the stated length. Ask before the page posts. */
  next(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Listens on any free loopback port for pictures of `bytes` bytes. */
export async function openPixelCollector(bytes: number): Promise<PixelCollector> {
  const path = `/${randomBytes(16).toString('hex')}`;
  let waiting: { resolve: (pixels: Uint8Array) => void; reject: (error: Error) => void } | null = null;
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== path || waiting === null) {
      answer(response, 404);
      return;
    }
    const { resolve, reject } = waiting;
    waiting = null;
    readExactly(request, bytes).then(
      (pixels) => {
        answer(response, 204);
        resolve(pixels);
      },
      (error: Error) => {
        answer(response, 400);
        reject(error);
      },
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    next: () => new Promise((resolve, reject) => (waiting = { resolve, reject })),
    async close() {
      waiting?.reject(new Error('the export was closed'));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, status: number): void {
  // The stage page is served from another port of this machine.
  response.writeHead(status, { 'Access-Control-Allow-Origin': '*' }).end();
}

async function readExactly(request: IncomingMessage, bytes: number): Promise<Uint8Array> {
  const out = new Uint8Array(bytes);
  let at = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (at + chunk.length > bytes) throw new Error(`a picture of ${bytes} bytes was expected and more came`);
    out.set(chunk, at);
    at += chunk.length;
  }
  if (at !== bytes) throw new Error(`a picture of ${bytes} bytes was expected and ${at} came`);
  return out;
}

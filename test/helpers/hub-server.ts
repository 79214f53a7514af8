/** A hub on loopback for tests: tree and files with ranges, and faults on order. */

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one answer with a file. */
export type HubFault = { readonly kind: 'cut'; readonly after: number } | { readonly kind: 'corrupt' } | { readonly kind: 'status'; readonly status: number } | { readonly kind: 'ignore-range' };

export class HubServer {
  readonly #server: Server;
  readonly #files: ReadonlyMap<string, Buffer>;
  readonly id: string;
  /** Each answer takes the first fault meant for its file. */
  readonly faults: { readonly path: string; readonly fault: HubFault }[] = [];
  /** What was asked for: path and range. */
  readonly asked: { readonly path: string; readonly range: string | undefined }[] = [];

  constructor(id: string, files: Readonly<Record<string, Buffer>>) {
    this.id = id;
    this.#files = new Map(Object.entries(files));
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://hub');
    if (url.pathname === `/api/models/${this.id}/tree/main`) return this.#listPage(Number(url.searchParams.get('cursor') ?? 0), response);
    const path = decodeURIComponent(url.pathname).replace(`/${this.id}/resolve/main/`, '');
    const body = this.#files.get(path);
    if (body === undefined) return void response.writeHead(404).end();
    this.#send(path, body, request.headers.range, response);
  }

  /** Three entries a page. */
  #listPage(from: number, response: ServerResponse): void {
    const entries = [...this.#files].map(([path, body]) => {
      const sha256 = createHash('sha256').update(body).digest('hex');
      const git = createHash('sha1').update(`blob ${body.length}\0`).update(body).digest('hex');
      return { type: 'file', path, oid: git, size: body.length, ...(body.length > 4096 ? { lfs: { oid: sha256, size: body.length } } : {}) };
    });
    const more = from + 3 < entries.length ? { link: `</api/models/${this.id}/tree/main?recursive=true&cursor=${from + 3}>; rel="next"` } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...more }).end(JSON.stringify(entries.slice(from, from + 3)));
  }

  #send(path: string, body: Buffer, range: string | undefined, response: ServerResponse): void {
    this.asked.push({ path, range });
    const at = this.faults.findIndex((one) => one.path === path);
    const fault = at < 0 ? undefined : this.faults.splice(at, 1)[0]?.fault;
    if (fault?.kind === 'status') return void response.writeHead(fault.status).end();
    const from = range === undefined || fault?.kind === 'ignore-range' ? 0 : Number(/bytes=(\d+)-/.exec(range)?.[1] ?? 0);
    const rest = Buffer.from(body.subarray(from));
    if (fault?.kind === 'corrupt') rest[Math.floor(rest.length / 2)] = (rest[Math.floor(rest.length / 2)] as number) ^ 0xff;
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': String(rest.length), ...(from > 0 ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}) });
    if (fault?.kind !== 'cut') return void response.end(rest);
    response.write(rest.subarray(0, fault.after), () => setTimeout(() => response.destroy(), 20));
  }
}

/** Who may do what: names, tokens, writes of other sites, and the local network on this machine's real address. */

import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { oscAllowList } from '../../../src/play-controls.ts';
import { PROTOCOL_VERSION } from '../../../src/protocol/messages.ts';
import { cookieFor, createLanAccess, gradeOf, isForeignWrite, isOwnHost, lanAddresses } from '../../../src/server/web/access.ts';
import { startServer, type RunningServer } from '../../../src/server/web/server.ts';
import { createTestHost } from '../fixtures.ts';

const lan = createLanAccess();
const from = (remoteAddress: string, url = '/', cookie?: string) => ({ url, headers: cookie === undefined ? {} : { cookie }, socket: { remoteAddress } });

describe('grades', () => {
  it.each([
    ['loopback needs nothing', from('127.0.0.1'), 'operator'], ['loopback by IPv6', from('::1'), 'operator'], ['a stranger', from('192.168.1.9'), null],
    ['the token in the address', from('192.168.1.9', `/panel?token=${lan.operatorToken}`), 'operator'], ['the guest\'s', from('192.168.1.9', `/?a=1&token=${lan.guestToken}`), 'guest'],
    ['a wrong one', from('192.168.1.9', `/?token=${'x'.repeat(lan.operatorToken.length)}`), null], ['an empty one', from('192.168.1.9', '/?token='), null],
    ['the cookie', from('192.168.1.9', '/', `a=b; ${cookieFor(lan.operatorToken).split(';')[0]}`), 'operator'],
  ])('%s', (_, request, grade) => expect(gradeOf(request, lan)).toBe(grade));

  it('without LAN mode nobody else has one', () => expect(gradeOf(from('192.168.1.9', `/?token=${lan.operatorToken}`), null)).toBeNull());

  it('names: ours in LAN mode, others never', () => {
    for (const address of lanAddresses()) expect(isOwnHost(address.includes(':') ? `[${address}]:80` : `${address}:80`, 80, lan.names)).toBe(true);
    expect(isOwnHost('latentbeat.local:4040', 4040, lan.names)).toBe(true);
    expect(isOwnHost('evil.example:4040', 4040, lan.names)).toBe(false);
  });

  it.each([
    ['GET', {}, false], ['PUT', {}, false], ['PUT', { 'sec-fetch-site': 'same-origin' }, false], ['PUT', { 'sec-fetch-site': 'cross-site' }, true], ['POST', { 'sec-fetch-site': 'same-site' }, true],
    ['PUT', { origin: 'http://evil.example' }, true], ['PUT', { origin: 'http://127.0.0.1:4040' }, false],
  ])('%s %j from another site: %s', (method, headers, foreign) => expect(isForeignWrite({ method, headers }, 4040)).toBe(foreign));
});

describe('OSC allow-list', () => {
  it('loopback always, named addresses and subnets with --lan', () => {
    const allows = oscAllowList({ lan: true, oscAllow: ['192.168.1.20', '10.1.0.0/16', 'fd00::/8'] });
    expect(['127.0.0.1', '::ffff:127.0.0.1', '::1', '192.168.1.20', '::ffff:192.168.1.20', '10.1.200.3', 'fd00::5'].every(allows)).toBe(true);
    expect(['192.168.1.21', '10.2.0.1', 'fe80::1', '', 'x'].some(allows)).toBe(false);
    expect(oscAllowList({})('192.168.1.20')).toBe(false);
  });

  it.each([[{ lan: true, oscAllow: ['everyone'] }, /takes an address such as/], [{ lan: true, oscAllow: ['10.0.0.0/33'] }, /takes an address/], [{ oscAllow: ['10.0.0.1'] }, /needs --lan/]])('%j is refused', (request, expected) => {
    expect(() => oscAllowList(request)).toThrow(expected);
  });
});

let server: RunningServer | undefined;
afterEach(() => server?.close());

async function ask(url: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: Record<string, unknown> }> {
  const asked = httpRequest(url, { headers });
  asked.end();
  const [response] = await once(asked, 'response') as [{ statusCode: number; headers: Record<string, unknown>; resume(): void }];
  response.resume();
  return { status: response.statusCode, headers: response.headers };
}

const address = lanAddresses().find((one) => !one.includes(':'));

describe.skipIf(address === undefined)('on the local network', () => {
  it('a machine needs the token once, then the cookie; a guest looks and changes nothing', async () => {
    const host = createTestHost();
    server = await startServer({ host, port: 0, now: () => performance.now(), lan: true });
    const base = `http://${address}:${server.port}`;
    expect((await ask(`${base}/api/state`)).status).toBe(403);
    expect((await ask(`http://127.0.0.1:${server.port}/api/state`)).status).toBe(200);
    expect((await ask(`${base}/api/state`, { Host: 'evil.example' })).status).toBe(403);
    const token = new URL(server.lan?.operatorUrl ?? '').searchParams.get('token') ?? '';
    const entered = await ask(`${base}/api/state?token=${token}`);
    expect([entered.status, entered.headers['location']]).toEqual([303, '/api/state']);
    const cookie = String(entered.headers['set-cookie']).split(';')[0] ?? '';
    expect((await ask(`${base}/api/state`, { cookie })).status).toBe(200);
    const stranger = new WebSocket(`${base.replace('http', 'ws')}/ws`);
    expect((await once(stranger, 'error'))[0]).toMatchObject({ message: expect.stringContaining('403') });
    const guestToken = new URL(server.lan?.guestUrl ?? '').searchParams.get('token') ?? '';
    for (const [own, isOperator] of [[cookie, true], [`latentbeat=${guestToken}`, false]] as const) {
      const page = new WebSocket(`${base.replace('http', 'ws')}/ws`, { headers: { cookie: own } });
      await once(page, 'open');
      const heard: string[] = [];
      page.on('message', (data: Buffer, binary) => void (binary || heard.push(data.toString())));
      page.send(JSON.stringify({ type: 'hello', v: PROTOCOL_VERSION, role: 'panel', canPlaySound: true }));
      await expect.poll(() => heard.length).toBeGreaterThan(0);
      expect(JSON.parse(heard[0] ?? '')).toMatchObject({ type: 'hello', token: isOperator ? server.token : '' });
      page.send(JSON.stringify({ type: 'value', path: '/walk/speed', value: 2, source: 'panel' }));
      if (isOperator) await expect.poll(() => host.received.length).toBe(1);
      else await expect.poll(() => heard.some((text) => text.includes('A guest only looks'))).toBe(true);
      page.terminate();
    }
    expect(host.received).toHaveLength(1);
  });
});

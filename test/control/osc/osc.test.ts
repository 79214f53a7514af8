/** The server on real UDP sockets on loopback: changes, counters, timetags, echo, snapshot, a busy port, a flood of junk. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/base/random.ts';
import { decodePacket, encodeBundle, encodeMessage, type OscMessage } from '../../../src/control/osc/osc-codec.ts';
import { encodeLengthPrefixed, encodeSlip, PacketStream } from '../../../src/control/osc/slip.ts';
import { OscServer, type ControlRequest, type OscOptions } from '../../../src/control/osc/osc.ts';
import { buildParameterTable } from '../../../src/score/parameters.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Bench {
  readonly server: OscServer;
  readonly heard: (readonly ControlRequest[])[];
  readonly notices: string[];
}

async function openServer(options: Partial<OscOptions> = {}): Promise<Bench> {
  const heard: (readonly ControlRequest[])[] = [];
  const notices: string[] = [];
  const server = await OscServer.open({
    port: 0, table: buildParameterTable(), values: () => ({}), onChanges: (changes) => heard.push(changes), onNotice: (_, text) => notices.push(text), ...options,
  });
  closers.push(() => server.close());
  return { server, heard, notices };
}

interface Controller {
  readonly socket: Socket;
  readonly heard: OscMessage[];
  send(bytes: Uint8Array): Promise<void>;
}

async function openController(port: number): Promise<Controller> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  closers.push(() => void socket.close());
  const heard: OscMessage[] = [];
  socket.on('message', (bytes) => heard.push(...decodePacket(bytes).bundles.flatMap((bundle) => bundle.messages)));
  const send = (bytes: Uint8Array): Promise<void> => new Promise((resolve, reject) => socket.send(bytes, port, '127.0.0.1', (fault) => (fault === null ? resolve() : reject(fault))));
  return { socket, heard, send };
}

async function until(isDone: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !isDone(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isDone()).toBe(true);
}

describe('OSC server', () => {
  it('hands on one message as one list and a bundle as one list', async () => {
    const { server, heard } = await openServer();
    const controller = await openController(server.port);
    await controller.send(encodeMessage('/walk/speed', [2]));
    await controller.send(encodeBundle([encodeMessage('/walk/pulse', [0.5]), encodeMessage('/keep', [])]));
    await until(() => heard.length === 2);
    expect(heard).toEqual([
      [{ kind: 'value', path: '/walk/speed', value: 2, source: 'osc' }],
      [{ kind: 'value', path: '/walk/pulse', value: 0.5, source: 'osc' }, { kind: 'trigger', path: '/keep', args: [], source: 'osc' }],
    ]);
    expect(server.counters).toEqual({ packets: 2, received: 3, bad: 0, late: 0, refused: 0 });
  });

  it('holds a bundle back for its timetag up to a second, and counts what is late or too far ahead', async () => {
    const wall = 1_700_000_000_000;
    const { server, heard } = await openServer({ wallClock: () => wall });
    const controller = await openController(server.port);
    const at = (offset: number, value: number): Promise<void> => controller.send(encodeBundle([encodeMessage('/walk/speed', [value])], wall + offset));
    await at(150, 1);
    await at(-5000, 2);
    await at(5000, 3);
    await at(-20, 4);
    await until(() => heard.length === 4);
    expect(heard.map(([change]) => change?.kind === 'value' && change.value)).toEqual([2, 3, 4, 1]);
    expect(server.counters).toEqual({ packets: 4, received: 4, bad: 0, late: 2, refused: 0 });
  });

  it('greets a new controller with all values, but those that it has just moved', async () => {
    const { server } = await openServer({ values: () => ({ '/walk/speed': 2, '/walk/pulse': 0.5, '/stage/blackout': true, '/preset/load': 'Tidal' }) });
    const controller = await openController(server.port);
    await controller.send(encodeMessage('/walk/speed', [2]));
    await until(() => controller.heard.length === 3);
    expect(controller.heard).toEqual([
      { address: '/walk/pulse', args: [0.5] }, { address: '/stage/blackout', args: [1] }, { address: '/preset/load', args: ['Tidal'] },
    ]);
  });

  it('echoes to the others and not to the hand that moves', async () => {
    const { server } = await openServer({ onChanges: (changes) => changes.forEach((change) => change.kind === 'value' && server.echo(change.path, change.value)) });
    const [mover, other] = [await openController(server.port), await openController(server.port)];
    await other.send(encodeMessage('/keep', []));
    for (let i = 1; i <= 50; i++) await mover.send(encodeMessage('/walk/speed', [i / 25]));
    await until(() => other.heard.at(-1)?.args[0] === 2);
    expect(mover.heard).toEqual([]);
    expect(other.heard.length).toBeLessThan(50);
    server.echo('/walk/speed', 0.25);
    await until(() => mover.heard.length === 1 && other.heard.at(-1)?.args[0] === 0.25);
    expect(mover.heard).toEqual([{ address: '/walk/speed', args: [0.25] }]);
  });

  it('takes the next free port when its own is busy, and says so', async () => {
    const first = await openServer();
    const second = await openServer({ port: first.server.port });
    expect(second.server.port).toBeGreaterThan(first.server.port);
    expect(second.notices).toEqual([`OSC port ${first.server.port} is busy; listening on ${second.server.port} instead, so point the controller there.`]);
  });

  it('goes on when the show refuses a change', async () => {
    let calls = 0;
    const { server, notices } = await openServer({ onChanges: () => {
      calls++;
      throw new Error('no such preset');
    } });
    const controller = await openController(server.port);
    await controller.send(encodeMessage('/preset/load', ['x']));
    await controller.send(encodeMessage('/preset/load', ['y']));
    await until(() => calls === 2);
    expect(notices[0]).toContain('no such preset');
  });

  it('outlives a flood of junk, counts it, and still hears', async () => {
    const { server, heard } = await openServer();
    const controller = await openController(server.port);
    const random = randomFor(3, 'junk');
    for (let round = 1; round <= 20; round++) {
      for (let i = 0; i < 25; i++) await controller.send(Buffer.from(Array.from({ length: 1 + random.integer(200) }, () => random.integer(256))));
      await until(() => server.counters.bad === 25 * round);
    }
    await controller.send(encodeMessage('/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a!', [1]));
    await until(() => server.counters.bad === 501);
    await controller.send(encodeMessage('/walk/speed', [3]));
    await until(() => heard.length > 0);
    expect(heard.at(-1)).toEqual([{ kind: 'value', path: '/walk/speed', value: 3, source: 'osc' }]);
  });

  it('closes twice without complaint', async () => {
    const { server } = await openServer();
    await server.close();
    await server.close();
    server.echo('/walk/speed', 1);
    expect(server.port).toBe(0);
  });
});

describe('subscribers', () => {
  it('get streams and echoes at the port they name, and a snapshot first', async () => {
    const { server } = await openServer({ values: () => ({ '/walk/speed': 2 }) });
    const [asker, listener] = [await openController(server.port), await openController(server.port)];
    await asker.send(encodeMessage('/osc/subscribe', [listener.socket.address().port]));
    await until(() => listener.heard.length === 1);
    expect(listener.heard[0]).toEqual({ address: '/walk/speed', args: [2] });
    server.sendOut([{ path: '/out/beat', args: [3] }, { path: '/out/tempo', args: [124] }]);
    server.echo('/walk/noise', 0.5);
    await until(() => listener.heard.length === 4);
    expect(listener.heard.map(({ address }) => address).toSorted()).toEqual(['/out/beat', '/out/tempo', '/walk/noise', '/walk/speed']);
    await asker.send(encodeMessage('/osc/unsubscribe', [listener.socket.address().port]));
    await until(() => server.counters.received === 2);
    server.sendOut([{ path: '/out/beat', args: [4] }]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(listener.heard).toHaveLength(4);
    expect(asker.heard).toEqual([]);
  });

  it('streams go to nobody who did not ask', async () => {
    const { server, heard } = await openServer();
    const controller = await openController(server.port);
    await controller.send(encodeMessage('/keep', []));
    await until(() => heard.length === 1);
    server.sendOut([{ path: '/out/beat', args: [3] }]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(controller.heard).toEqual([]);
  });

  it('addresses that are not allowed are refused and counted', async () => {
    const { server, heard } = await openServer({ allows: () => false });
    const controller = await openController(server.port);
    await controller.send(encodeMessage('/walk/speed', [2]));
    await until(() => server.counters.refused === 1);
    expect(heard).toEqual([]);
  });
});

describe('OSC over TCP', () => {
  it.each([['SLIP', encodeSlip], ['length-prefixed', encodeLengthPrefixed]] as const)('takes %s packets, answers in the same framing', async (_, encode) => {
    const { server, heard } = await openServer({ values: () => ({ '/walk/pulse': 0.5 }) });
    const socket = connect(server.port, '127.0.0.1');
    closers.push(() => void socket.destroy());
    await once(socket, 'connect');
    const stream = new PacketStream(8192);
    const told: OscMessage[] = [];
    socket.on('data', (chunk: Buffer) => told.push(...stream.push(chunk).flatMap((packet) => decodePacket(packet).bundles.flatMap(({ messages }) => messages))));
    socket.write(encode(encodeMessage('/walk/speed', [2])));
    await until(() => heard.length === 1 && told.length === 1);
    expect(told).toEqual([{ address: '/walk/pulse', args: [0.5] }]);
    socket.write(encode(encodeMessage('/osc/subscribe', [])));
    await until(() => told.length === 2);
    server.sendOut([{ path: '/out/beat', args: [1] }]);
    await until(() => told.at(-1)?.address === '/out/beat');
    for (let i = 0; i < 200; i++) socket.write(encode(new Uint8Array(16).fill(i)));
    await until(() => server.counters.bad >= 200);
    expect(server.hasTcp).toBe(true);
  });
});

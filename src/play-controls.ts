/**
 * The ways to controllers of a show on stage: OSC, OSCQuery, the ports of MIDI, and the announcement on the local network.
 * On loopback unless both `lan` and an allow-list say otherwise, since OSC has no password.
 */

import { BlockList, isIP } from 'node:net';

import { UserError } from './base/errors.ts';
import { advertise } from './control/osc/discovery.ts';
import { MidiPorts } from './control/midi/midi-ports.ts';
import { OscServer, type OscCounters } from './control/osc/osc.ts';
import { OscQueryServer, type OscQueryCounters } from './control/osc/oscquery.ts';
import type { ParameterTable } from './score/parameters.ts';
import { isLoopbackAddress, isOwnHost, isOwnOrigin, type OwnNames } from './server/web/access.ts';
import type { Session } from './server/session.ts';

export interface ControlsRequest {
  readonly oscPort?: number | undefined;
  readonly oscqueryPort?: number | undefined;
  readonly lan?: boolean | undefined;
  /** Addresses or subnets of the local network that may send OSC. */
  readonly oscAllow?: readonly string[] | undefined;
}

export interface ControlsContext {
  readonly session: Session;
  /** Until a show with its own is open. */
  readonly table: ParameterTable;
  /** Names this machine may be called by on the local network; undefined on loopback. */
  readonly names: OwnNames | undefined;
  readonly now: () => number;
  readonly say: (level: 'info' | 'warn', text: string) => void;
}

export interface Controls {
  readonly oscPort: number;
  readonly oscqueryPort: number;
  /** What came in so far, good and bad. */
  counters(): ControlCounters;
  close(): Promise<void>;
}

export interface ControlCounters {
  readonly osc: OscCounters;
  readonly query: OscQueryCounters;
}

const DEFAULT_OSC_PORT = 9000;
const DEFAULT_OSCQUERY_PORT = 4041;
const NAME = 'latentbeat';

export async function openControls(request: ControlsRequest, context: ControlsContext): Promise<Controls> {
  const allows = oscAllowList(request);
  const host = opensOscWide(request) ? '0.0.0.0' : '127.0.0.1';
  const osc = await openOsc(request, host, allows, context);
  const query = await openOscQuery(request, host, allows, context, osc);
  const stopAdvertising = opensOscWide(request) ? await advertise({ name: NAME, oscPort: osc.port, queryPort: query.port }, (text) => context.say('warn', text)) : null;
  const ports = await openMidi(context);
  return {
    oscPort: osc.port,
    oscqueryPort: query.port,
    counters: () => ({ osc: osc.counters, query: query.counters }),
    close: async () => {
      ports?.close();
      await Promise.all([stopAdvertising?.(), query.close(), osc.close()]);
    },
  };
}

/** OSC has no password: beyond loopback it is for named addresses alone. */
function opensOscWide({ lan, oscAllow }: ControlsRequest): boolean {
  return lan === true && (oscAllow ?? []).length > 0;
}

/** Loopback, and the named addresses and subnets. Throws a UserError for what is neither. */
export function oscAllowList(request: ControlsRequest): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of request.oscAllow ?? []) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const prefix = Number(bits ?? (family === 'ipv6' ? 128 : 32));
    if (isIP(address) === 0 || !Number.isInteger(prefix) || prefix < 1 || prefix > (family === 'ipv6' ? 128 : 32)) throw new UserError('usage', `--osc-allow takes an address such as 192.168.1.20 or a subnet such as 192.168.1.0/24, not "${entry}".`);
    list.addSubnet(address, prefix, family);
  }
  if ((request.oscAllow ?? []).length > 0 && request.lan !== true) throw new UserError('usage', '--osc-allow opens OSC to the local network, so it needs --lan beside it.');
  return (from) => {
    const address = from.replace(/^::ffff:/, '');
    return isLoopbackAddress(address) || list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  };
}

async function openOsc(request: ControlsRequest, host: string, allows: (address: string) => boolean, { session, table, now, say }: ControlsContext): Promise<OscServer> {
  const osc = await OscServer.open({
    port: request.oscPort ?? DEFAULT_OSC_PORT, host, allows, table, now,
    values: () => session.values, onChanges: (changes) => session.control(changes), onNotice: say,
    onMessage: ({ address, args }, peer, isKnown) => session.controllers.hear('osc', `${peer.address}:${peer.port}`, address, args.map(String).join(' '), isKnown ? address : null),
  });
  session.attachLink(osc);
  return osc;
}

async function openOscQuery(request: ControlsRequest, host: string, allows: (address: string) => boolean, { session, table, names, now, say }: ControlsContext, osc: OscServer): Promise<OscQueryServer> {
  const query = await OscQueryServer.open({
    port: request.oscqueryPort ?? DEFAULT_OSCQUERY_PORT, host, name: NAME, oscPort: osc.port, now,
    content: () => session.treeContent() ?? { table, values: {}, outs: new Map() },
    admits: ({ headers, socket }, port) => allows(socket.remoteAddress ?? '') && isOwnHost(headers.host, port, names) && isOwnOrigin(headers.origin, port, names),
    onPacket: (bytes, peer) => osc.takePacket(bytes, peer), onNotice: say,
  });
  session.attachLink(query);
  return query;
}

async function openMidi({ session, say }: ControlsContext): Promise<MidiPorts | null> {
  const desk = session.controllers;
  const ports = await MidiPorts.open({
    onPlug: (device) => desk.plug(device), onUnplug: (device) => desk.unplug(device), onBytes: (device, bytes) => desk.receiveBytes(device, bytes), onNotice: say,
  });
  desk.usePorts(ports);
  return ports;
}

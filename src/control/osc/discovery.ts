/**
 * Tells the local network where OSC and OSCQuery are (mDNS: `_osc._udp`, `_oscjson._tcp`). Only for LAN mode. The host name
 * given out is the service's own, never the machine's or the user's. The only importer of @homebridge/ciao, which is optional.
 */

import type { Protocol } from '@homebridge/ciao';
import { messageOf } from '../../base/errors.ts';

export interface Advertisement {
  readonly name: string;
  readonly oscPort: number;
  readonly queryPort: number;
}

/** Answers how to stop; says on `onNotice` where nothing can be advertised, and the show goes on. */
export async function advertise({ name, oscPort, queryPort }: Advertisement, onNotice: (text: string) => void): Promise<() => Promise<void>> {
  try {
    const { getResponder } = await import('@homebridge/ciao');
    const responder = getResponder();
    const services = [
      responder.createService({ name, hostname: name, type: 'oscjson', port: queryPort }),
      responder.createService({ name, hostname: name, type: 'osc', protocol: 'udp' as Protocol, port: oscPort }),
    ];
    await Promise.all(services.map((service) => service.advertise()));
    return () => responder.shutdown();
  } catch (thrown) {
    onNotice(`The show is not announced on the network (${messageOf(thrown)}): give controllers its address by hand.`);
    return () => Promise.resolve();
  }
}

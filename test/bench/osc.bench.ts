/** OSC in: packets a second from bytes to changes, and the longest that a hostile pattern can hold the process. */

import { median } from '../../src/base/math.ts';
import { changesOf } from '../../src/control/osc/osc-change.ts';
import { decodePacket, encodeBundle, encodeMessage } from '../../src/control/osc/osc-codec.ts';
import { MAX_ADDRESS_LENGTH } from '../../src/control/osc/osc-pattern.ts';
import { buildParameterTable } from '../../src/score/parameters.ts';

const table = buildParameterTable();
const ROUNDS = 9;

/** Median wall time (ms) of handling the packet `count` times. */
function timeOf(bytes: Uint8Array, count: number): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    for (let i = 0; i < count; i++) for (const bundle of decodePacket(bytes).bundles) for (const message of bundle.messages) changesOf(message, table);
    return performance.now() - started;
  });
  return median(times);
}

export async function run(): Promise<{ name: string; rows: Record<string, number | string>[]; figures: Record<string, number> }> {
  const stars = `/${'*a'.repeat((MAX_ADDRESS_LENGTH - 4) / 2)}!`;
  const cases: [string, Uint8Array, number][] = [
    ['one fader', encodeMessage('/walk/speed', [1.5]), 5000],
    ['bundle of 16 faders', encodeBundle(Array.from({ length: 16 }, () => encodeMessage('/walk/speed', [1.5]))), 500],
    ['pattern over all parameters', encodeMessage('/walk/{speed,pulse,noise}', [1]), 500],
    ['hostile pattern', encodeMessage(stars, [1]), 50],
  ];
  const rows = cases.map(([packet, bytes, count]) => ({ packet, bytes: bytes.length, microseconds: (1000 * timeOf(bytes, count)) / count }));
  const microseconds = (packet: string): number => rows.find((row) => row.packet === packet)?.microseconds ?? 0;
  return {
    name: 'OSC packets to changes',
    rows,
    figures: { oscMessagesPerSecond: Math.round(1e6 / microseconds('one fader')), hostilePatternMs: Number((microseconds('hostile pattern') / 1000).toFixed(3)) },
  };
}

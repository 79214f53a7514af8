/**
 * From an OSC message to changes of parameters: finds the parameters an address or pattern names and turns the
 * arguments into each one's kind. Controllers send what they like, so i, f, d, T and F are all numbers and switches.
 */

import { clamp } from '../../base/math.ts';
import type { ControlValue } from '../../score/control.ts';
import type { Parameter, ParameterTable } from '../../score/parameters.ts';
import type { OscArgument, OscMessage } from './osc-codec.ts';
import { hasWildcards, matchAddress, parsePattern } from './osc-pattern.ts';

/** What a control surface asks for; the driver stamps it with arrival and tick (score/control.ts ControlChange). */
export type ControlRequest =
  | { readonly kind: 'value'; readonly path: string; readonly value: ControlValue; readonly source: string }
  | { readonly kind: 'trigger'; readonly path: string; readonly args: readonly ControlValue[]; readonly source: string };

/** The changes a message asks for, clamped to range; none where nothing matches, undefined where it cannot be read. */
export function changesOf(message: OscMessage, table: ParameterTable): readonly ControlRequest[] | undefined {
  const parameters = findParameters(message.address, table);
  if (parameters === undefined || parameters.length === 0) return undefined;
  const changes = parameters.map((parameter) => changeOf(parameter, message.args));
  if (changes.every((change) => change === undefined)) return undefined;
  return changes.filter((change) => change !== undefined && change !== 'release');
}

/** A finite number of an argument, clamped; undefined where there is none. */
export function toControlValue(parameter: Parameter, argument: OscArgument | undefined): ControlValue | undefined {
  if (argument === undefined || argument === null || parameter.kind === 'trigger') return undefined;
  if (parameter.kind === 'text') return parameter.choices?.includes(String(argument)) === false ? undefined : String(argument);
  const value = typeof argument === 'boolean' ? Number(argument) : argument;
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return parameter.kind === 'boolean' ? value >= 0.5 : clamp(value, parameter.min, parameter.max);
}

function findParameters(address: string, table: ParameterTable): readonly Parameter[] | undefined {
  if (!hasWildcards(address)) {
    const parameter = table.get(address);
    return parameter === undefined ? [] : [parameter];
  }
  const pattern = parsePattern(address);
  return pattern === undefined ? undefined : [...table.values()].filter(({ path }) => matchAddress(pattern, path));
}

/** A trigger's lone 0 or False is the release of the pad that fired it. */
function changeOf(parameter: Parameter, args: readonly OscArgument[]): ControlRequest | 'release' | undefined {
  if (parameter.kind === 'trigger') {
    if (args.length === 1 && (args[0] === 0 || args[0] === false)) return 'release';
    return { kind: 'trigger', path: parameter.path, args: args.filter((value) => value !== null), source: 'osc' };
  }
  const value = toControlValue(parameter, args[0]);
  return value === undefined ? undefined : { kind: 'value', path: parameter.path, value, source: 'osc' };
}

/**
 * Controller profiles: which control of a device does what, as JSON that survives another machine. Devices are told by
 * name; operating systems decorate names in their own ways, so they are bared first. Pure text in and out.
 */

import { z } from 'zod';
import { UserError } from '../../base/errors.ts';
import { BINDING_MODES, TAKEOVERS, type Binding } from './midi-binding.ts';
import { SOURCE_PATTERN } from './midi-source.ts';

export interface ControllerProfile {
  readonly version: 1;
  readonly name: string;
  /** Devices it is for: any whose bared name contains one of these, upper or lower case. */
  readonly match: readonly string[];
  readonly bindings: readonly Binding[];
}

const value = z.union([z.number(), z.boolean(), z.string()]);
const bindingSchema = z.strictObject({
  source: z.string().regex(SOURCE_PATTERN, { error: 'a source such as "cc 1 7" or "note 1 36"' }),
  path: z.string().startsWith('/', { error: 'a path such as /walk/speed' }),
  mode: z.enum(BINDING_MODES).default('absolute'),
  min: z.number().default(0),
  max: z.number().default(1),
  takeover: z.enum(TAKEOVERS).default('scaling'),
  args: z.array(value).max(16).default([]),
});
const profileSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().min(1).max(200),
  match: z.array(z.string().min(1).max(200)).min(1).max(20),
  bindings: z.array(bindingSchema).max(512),
});

/** Throws UserError 'input' with one sentence; `where` names the file. */
export function parseProfile(text: string, where: string): ControllerProfile {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new UserError('input', `${where} is not JSON: check its brackets, quotes and commas.`, { cause });
  }
  const parsed = profileSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError('input', `${where}: the controller profile is wrong at ${issue?.path.join('.') || 'its start'}: ${issue?.message ?? 'unknown shape'}.`);
}

export function serializeProfile(profile: ControllerProfile): string {
  return `${JSON.stringify(profile, null, 2)}\n`;
}

/** A port's name without what the system adds: `nanoKONTROL2:nanoKONTROL2 _ CTR 20:0`, `2- nanoKONTROL2 1` → `nanoKONTROL2`. */
export function deviceNameOf(portName: string): string {
  const first = (portName.split(':')[0] as string).replace(/^\d+\s*-\s*/, '');
  const bare = first.replace(/\s+(?:MIDI\s*)?\d+$/i, '').replace(/\s+(?:MIDI|port|in|out|input|output)$/i, '').trim();
  return bare === '' ? portName.trim() : bare;
}

/** The profile for a device: the first that matches, own ones first. */
export function profileFor(device: string, profiles: readonly ControllerProfile[]): ControllerProfile | undefined {
  const name = device.toLowerCase();
  return profiles.find(({ match }) => match.some((part) => name.includes(part.toLowerCase())));
}

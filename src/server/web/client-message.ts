/**
 * Checks what a page sends before anything acts on it: known type, known keys, finite numbers, short texts.
 * The shapes are those of protocol/messages.ts ClientMessage; a compile-time line below holds the two together.
 */

import { z } from 'zod';

import type { ClientMessage } from '../../protocol/messages.ts';

/** Longest JSON message (characters). */
export const MESSAGE_LIMIT = 65_536;

const finite = z.number();
const text = (limit: number) => z.string().max(limit);
const path = text(200).regex(/^\/[^\s#]*$/, 'must start with "/"');
/** Texts such as a set of routes fit; names and prompts are far below. */
const value = z.union([finite, z.boolean(), text(40_000)]);
const source = text(40);

const fraction = finite.min(-4).max(5);
const point = z.strictObject({ x: fraction, y: fraction });
const edge = z.strictObject({ width: finite.min(0).max(1), gamma: finite.min(0.5).max(4) });

/** Geometry of an output; also of the file it is saved in. */
export const OUTPUT_SETTINGS = z.strictObject({
  slice: z.strictObject({ x: finite.min(0).max(1), y: finite.min(0).max(1), width: finite.min(0.02).max(1), height: finite.min(0.02).max(1) }),
  fit: z.enum(['fill', 'fit', 'stretch']), rotate: z.literal([0, 90, 180, 270]), flipX: z.boolean(), flipY: z.boolean(),
  corners: z.array(point).length(4),
  mesh: z.strictObject({ size: z.int().min(2).max(9), offsets: z.array(point).max(81) }).refine(({ size, offsets }) => offsets.length === (size < 3 ? 0 : size * size), 'a mesh of n has n x n offsets'),
  masks: z.array(z.array(point).min(3).max(64)).max(32),
  blend: z.strictObject({ left: edge, right: edge, top: edge, bottom: edge }),
});
/** Name of an output, as in ?output=NAME. */
export const OUTPUT_NAME = text(40).regex(/^[\p{L}\p{N} ._-]+$/u);

const SCHEMA = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('output'), name: OUTPUT_NAME, settings: OUTPUT_SETTINGS.nullable() }),
  z.strictObject({ type: z.literal('hello'), v: finite, role: z.enum(['stage', 'panel', 'render']), canPlaySound: z.boolean() }),
  z.strictObject({ type: z.literal('ping'), sent: finite }),
  z.strictObject({ type: z.literal('clock'), showTime: finite, at: finite, outputLatency: finite, playing: z.boolean() }),
  z.strictObject({ type: z.literal('value'), path, value, source }),
  z.strictObject({ type: z.literal('trigger'), path, args: z.array(value).max(16), source }),
  z.strictObject({ type: z.literal('live'), on: z.boolean(), sampleRate: finite.min(8_000).max(192_000) }),
  z.strictObject({ type: z.literal('openTrack'), uploadId: text(64).regex(/^[A-Za-z0-9_-]+$/), name: text(300) }),
  z.strictObject({ type: z.literal('queue'), action: z.enum(['add', 'play', 'next', 'remove', 'earlier', 'later']), id: text(64).regex(/^[A-Za-z0-9_-]*$/), name: text(300) }),
  z.strictObject({ type: z.literal('scene'), action: z.enum(['reroll', 'lock', 'unlock', 'edit']), id: text(100), prompt: text(1_000) }),
  z.strictObject({ type: z.literal('keeper'), action: z.enum(['pin', 'safe', 'delete', 'preset']), id: finite, sceneId: text(100) }),
  z.strictObject({ type: z.literal('cueAdd'), of: z.enum(['air', 'preset', 'keeper', 'snapshot']), what: text(300), on: z.enum(['hand', 'bar', 'section', 'time']) }),
  z.strictObject({ type: z.literal('cueEdit'), id: finite, name: text(300), transition: z.enum(['cut', 'dissolve', 'morph']), beats: finite.min(1).max(64) }),
  z.strictObject({ type: z.literal('cue'), action: z.enum(['remove', 'earlier', 'later', 'hand', 'bar', 'section', 'time']), id: finite }),
  z.strictObject({ type: z.literal('grid'), action: z.enum(['bpm', 'downbeat', 'shift', 'reset']), value: finite }),
  z.strictObject({ type: z.literal('savePreset'), name: text(80) }),
  z.strictObject({ type: z.literal('saveShow'), name: text(200) }),
  z.strictObject({ type: z.literal('render'), action: z.enum(['estimate', 'start', 'draft', 'cancel']), aspect: z.enum(['16:9', '9:16', '1:1']) }),
  z.strictObject({ type: z.literal('midiDevices'), devices: z.array(text(120).min(1)).max(32) }),
  z.strictObject({ type: z.literal('midi'), device: text(120), bytes: z.array(z.int().min(0).max(255)).max(2_048) }),
  z.strictObject({ type: z.literal('learn'), action: z.enum(['arm', 'cancel', 'forget']), path: text(200) }),
  z.strictObject({ type: z.literal('effectFault'), name: text(80), text: text(400) }),
  z.strictObject({ type: z.literal('drawn'), dropped: finite, drawTimeP95: finite, flashHeadroom: finite.min(0).max(1), beatToLight: finite.min(0).nullable() }),
]);

/** Every message of the protocol passes the schema, and nothing else does. */
type SameShape = z.infer<typeof SCHEMA> extends ClientMessage ? (ClientMessage['type'] extends z.infer<typeof SCHEMA>['type'] ? true : never) : never;
const SAME_SHAPE: SameShape = true;

export type ParsedMessage = { readonly ok: true; readonly message: ClientMessage } | { readonly ok: false; readonly reason: string };

/** Reads one text message; says in one sentence what is wrong with it. Never throws. */
export function parseClientMessage(raw: string): ParsedMessage {
  if (raw.length > MESSAGE_LIMIT) return { ok: false, reason: `A message of ${raw.length} characters came, at most ${MESSAGE_LIMIT} are read.` };
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return { ok: false, reason: 'A message came that is not JSON.' };
  }
  const result = SCHEMA.safeParse(json);
  if (result.success) return { ok: SAME_SHAPE, message: result.data };
  const issue = result.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? 'message' : issue.path.join('.');
  return { ok: false, reason: `A message came whose ${place} is wrong: ${issue?.message ?? 'unknown shape'}.` };
}

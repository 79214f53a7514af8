/** The flags of feedback, shared by play, render and walk. */

import type { Command } from 'commander';
import { UserError } from '../base/errors.ts';
import type { FeedbackSettings } from '../diffusion/types.ts';
import { numberOption } from './options.ts';

export interface FeedbackFlags {
  readonly feedback?: number;
  readonly zoom?: number;
  readonly rotate?: number;
  readonly shift?: readonly [number, number];
}

export function addFeedbackFlags(command: Command): Command {
  return command
    .option('--feedback <s>', 'each picture starts from the one before it; how much is drawn anew, 0 to 1 (needs a model with a vae_encoder)', numberOption('--feedback', 0, 1))
    .option('--zoom <f>', 'with --feedback: nearer by this factor each picture', numberOption('--zoom', 0.5, 2))
    .option('--rotate <degrees>', 'with --feedback: turned by this each picture', numberOption('--rotate', -180, 180, 'degrees'))
    .option('--shift <x,y>', 'with --feedback: moved by these fractions of width and height each picture', parseShift);
}

/** Undefined without --feedback. Throws a UserError 'usage' for a move that nothing would be moved by. */
export function feedbackOf({ feedback, zoom, rotate, shift }: FeedbackFlags): FeedbackSettings | undefined {
  if (feedback !== undefined) return { strength: feedback, zoom: zoom ?? 1, rotate: rotate ?? 0, shift: shift ?? [0, 0] };
  if (zoom !== undefined || rotate !== undefined || shift !== undefined) throw new UserError('usage', '--zoom, --rotate and --shift move the picture before: give --feedback too.');
  return undefined;
}

function parseShift(text: string): readonly [number, number] {
  const [across = Number.NaN, down = Number.NaN, ...rest] = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (![across, down].every((value) => Math.abs(value) <= 1) || rest.length > 0) throw new UserError('usage', `--shift is two fractions from -1 to 1, such as 0.01,0, and "${text}" came.`);
  return [across, down];
}

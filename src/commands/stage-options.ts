/** Flags of what stands over and after the picture, for play and render: flash safety and the title. */

import type { Command } from 'commander';

import { UserError } from '../base/errors.ts';
import { notify } from '../base/log.ts';
import { SAFETY_PROFILES, type SafetyProfile } from '../safety/rules.ts';
import type { ControlValue } from '../score/control.ts';
import { oneOf } from './options.ts';

/** A title goes by itself after this (s). */
const TITLE_STAYS = 8;

export interface StageFlags {
  readonly safety?: SafetyProfile;
  readonly confirmFlashes?: boolean;
  readonly title?: string;
}

export function addStageFlags(command: Command): void {
  command
    .option('--safety <profile>', 'flash safety: strict, broadcast, or off (with --confirm-flashes)', oneOf('--safety', SAFETY_PROFILES))
    .option('--title <text>', 'a text over the picture for the first eight seconds; \\n parts lines, the first is large', (text) => text.slice(0, 300))
    .option('--confirm-flashes', 'confirms that --safety off may show flashes that can cause seizures');
}

/** The stage's values that the flags ask for. Throws where safety is switched off without confirmation; logs where with. */
export function stageValuesOf({ safety, confirmFlashes, title }: StageFlags): Record<string, ControlValue> {
  if (safety === 'off') {
    if (confirmFlashes !== true) throw new UserError('usage', '--safety off can show flashes that cause seizures: add --confirm-flashes if nobody can be harmed, or leave it out.');
    notify('warn', `Flash safety is off, confirmed by --confirm-flashes, at ${new Date().toISOString()}.`);
  }
  const shown = title === undefined ? {} : { '/overlay/show': true, '/overlay/text': title, '/overlay/hold': TITLE_STAYS };
  return { ...(safety === undefined ? {} : { '/stage/safety': safety }), ...shown };
}

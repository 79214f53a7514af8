import { describe, expect, it } from 'vitest';
import { EXIT_CODES, messageOf, UserError } from '../../src/base/errors.ts';
import { secondsOfTick, tickOfSeconds } from '../../src/base/units.ts';

describe('units and errors', () => {
  it('turns ticks to seconds and back without loss for a day', () => {
    for (let tick = 0; tick < 86_400 * 120; tick += 9973) expect(tickOfSeconds(secondsOfTick(tick))).toBe(tick);
  });

  it('gives each fault the exit code of the contract', () => {
    expect(EXIT_CODES).toEqual({ usage: 2, input: 3, device: 4, again: 75 });
    expect(new UserError('input', 'x').exitCode).toBe(3);
    expect(messageOf('plain')).toBe('plain');
  });
});

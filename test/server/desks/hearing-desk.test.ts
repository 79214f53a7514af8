/** The desk that asks the model what it hears: each prompt once, again after a failure, afresh for another model. */

import { describe, expect, it, vi } from 'vitest';
import { createFakePipeline } from '../../../src/diffusion/fake.ts';
import type { Heard, Pipeline } from '../../../src/diffusion/types.ts';
import { HearingDesk } from '../../../src/server/desks/hearing-desk.ts';

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

function pipelineThatHears(hear: (prompt: string) => Promise<Heard | null>): Pipeline {
  return { ...createFakePipeline(), hear };
}

const heardAs = (prompt: string): Promise<Heard> => Promise.resolve({ words: [prompt.toUpperCase()], confidence: 0.9, weak: prompt.length < 4 });

describe('HearingDesk', () => {
  it('asks each prompt once and tells all that is known', async () => {
    const hear = vi.fn(heardAs);
    const onChange = vi.fn();
    const desk = new HearingDesk(onChange);
    const pipeline = pipelineThatHears(hear);
    desk.tend(pipeline, ['fire', 'sea', 'fire', '']);
    await settled();
    desk.tend(pipeline, ['fire', 'sea', 'moon']);
    await settled();
    expect(hear.mock.calls.flat()).toEqual(['fire', 'sea', 'moon']);
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(desk.message()).toEqual({ type: 'heard', prompts: { fire: { words: ['FIRE'], weak: false }, sea: { words: ['SEA'], weak: true }, moon: { words: ['MOON'], weak: false } } });
  });

  it('asks again after a failure', async () => {
    let fails = true;
    const pipeline = pipelineThatHears((prompt) => (fails ? Promise.reject(new Error('gone')) : heardAs(prompt)));
    const desk = new HearingDesk(() => undefined);
    desk.tend(pipeline, ['fire']);
    await settled();
    expect(desk.message()).toEqual({ type: 'heard', prompts: {} });
    fails = false;
    desk.tend(pipeline, ['fire']);
    await settled();
    expect(desk.message()).toMatchObject({ prompts: { fire: { words: ['FIRE'] } } });
  });

  it('forgets another model\'s answers, and is silent for one that cannot say', async () => {
    const desk = new HearingDesk(() => undefined);
    desk.tend(pipelineThatHears(heardAs), ['fire']);
    await settled();
    desk.tend(createFakePipeline(), ['fire']);
    await settled();
    expect(desk.message()).toEqual({ type: 'heard', prompts: {} });
  });
});

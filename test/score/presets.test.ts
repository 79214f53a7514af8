/** The presets that ship: each parses, each is a character of its own, each names effects and uniforms that exist. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePreset } from '../../src/score/preset.ts';

const folder = new URL('../../presets/', import.meta.url);
const shaders = new URL('../../shaders/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const presets = files.map((name) => ({ name, preset: parsePreset(readFileSync(new URL(name, folder), 'utf8'), name) }));
const uniforms = new Map(readdirSync(shaders).filter((name) => name.endsWith('.frag')).map((name) => {
  const header = readFileSync(new URL(name, shaders), 'utf8').split('*/')[0] ?? '';
  return [name.replace('.frag', ''), [...header.matchAll(/"NAME": *"(\w+)"/g)].map((match) => match[1])] as const;
}));

describe('presets', () => {
  it('are the twelve', () => {
    expect(presets.length).toBe(12);
    expect(uniforms.size).toBeGreaterThanOrEqual(6);
  });

  it.each(presets)('$name has a family of prompts and words about itself', ({ preset }) => {
    expect(preset.prompts.length).toBeGreaterThanOrEqual(3);
    expect(preset.prompts.length).toBeLessThanOrEqual(5);
    for (const text of [preset.intent, preset.calm, preset.peak]) expect(text.length).toBeGreaterThan(5);
    expect(new Set(preset.prompts.map(({ text }) => text)).size).toBe(preset.prompts.length);
  });

  it.each(presets)('$name names effects and uniforms that exist', ({ preset }) => {
    const paths = [...Object.keys(preset.look.values), ...preset.routes.map(({ to }) => to).filter((to) => to.startsWith('/look/'))];
    for (const path of paths) {
      const [, , effect = '', uniform = ''] = path.split('/');
      expect(uniforms.get(effect), path).toContain(uniform);
      expect(preset.look.chain, path).toContain(effect);
    }
    for (const effect of preset.look.chain) expect(uniforms.has(effect), effect).toBe(true);
  });

  it.each(presets)('$name lets at most two effects answer a beat', ({ preset }) => {
    const answers = preset.routes.filter(({ to, shape }) => !to.startsWith('walk.') && shape !== 'follow');
    expect(answers.length).toBeLessThanOrEqual(2);
  });

  it('share no walk, routes or look chain', () => {
    const signatures = presets.map(({ preset }) => JSON.stringify([preset.mode, preset.routes]));
    expect(new Set(signatures).size).toBe(presets.length);
    expect(new Set(presets.map(({ preset }) => preset.look.chain.join())).size).toBe(presets.length);
  });
});

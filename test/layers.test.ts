/** The dependency order of the rooms, no import cycles, no node: import in a browser room. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** Rooms each room may import, itself aside. `types:` allows `import type` only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  safety: ['base'],
  timeline: ['base'],
  score: ['base', 'safety', 'timeline'],
  protocol: ['base', 'types:score'],
  onnx: ['base'],
  audio: ['base'],
  analysis: ['base', 'audio', 'timeline', 'onnx'],
  diffusion: ['base', 'onnx'],
  latent: ['base', 'timeline', 'score', 'types:diffusion', 'types:ahead'],
  hub: ['base'],
  ahead: ['base', 'timeline', 'latent', 'diffusion', 'types:score'],
  control: ['base', 'timeline', 'score'],
  server: ['base', 'safety', 'timeline', 'score', 'protocol', 'control', 'ahead', 'types:diffusion', 'types:audio'],
  video: ['base', 'safety', 'timeline', 'score', 'protocol', 'ahead', 'server', 'audio', 'types:diffusion'],
  stage: ['base', 'timeline', 'score', 'protocol', 'safety'],
  panel: ['base', 'safety', 'timeline', 'score', 'protocol', 'stage'],
};
const BROWSER_ROOMS = new Set(['base', 'safety', 'timeline', 'score', 'protocol', 'stage', 'panel']);

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? listFiles(path) : path.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const found: Import[] = [];
  for (const match of text.matchAll(/^\s*(import|export)\s+(type\s+)?(?:[^'";]*?from\s+)?['"]([^'"]+)['"]/gm)) {
    found.push({ file, target: match[3] as string, typeOnly: match[2] !== undefined });
  }
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) found.push({ file, target: match[1] as string, typeOnly: false });
  return found;
}

const roomOf = (file: string): string => relative(SRC, file).split(/[\\/]/).slice(0, -1)[0] ?? 'top';
const files = listFiles(SRC);
const imports = files.flatMap(importsOf);

describe('layers', () => {
  it('finds the source it checks', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(imports.length).toBeGreaterThan(10);
  });

  it('imports never go up', () => {
    const wrong = imports.filter(({ file, target, typeOnly }) => {
      const from = roomOf(file);
      if (from === 'top' || from === 'commands' || !target.startsWith('.')) return false;
      const to = roomOf(resolve(dirname(file), target));
      const allowed = MAY_IMPORT[from];
      if (allowed === undefined) return true;
      return !(to === from || allowed.includes(to) || (typeOnly && allowed.includes(`types:${to}`)));
    });
    expect(wrong.map(({ file, target }) => `${relative(SRC, file)} → ${target}`)).toEqual([]);
  });

  it('one room touches each foreign runtime', () => {
    const owners: Readonly<Record<string, string>> = { 'onnxruntime-node': 'onnx', 'osc-js': 'control', express: 'server', meyda: 'analysis', 'web-audio-api': 'audio' };
    const wrong = imports.filter(({ file, target }) => owners[target] !== undefined && owners[target] !== roomOf(file));
    expect(wrong.map(({ file, target }) => `${relative(SRC, file)} → ${target}`)).toEqual([]);
  });

  it('browser rooms import nothing of node', () => {
    const wrong = imports.filter(({ file, target }) => BROWSER_ROOMS.has(roomOf(file)) && target.startsWith('node:'));
    expect(wrong.map(({ file, target }) => `${relative(SRC, file)} → ${target}`)).toEqual([]);
  });

  it('has no cycles', () => {
    const graph = new Map<string, string[]>();
    for (const { file, target, typeOnly } of imports) {
      if (target.startsWith('.') && !typeOnly) graph.set(file, [...(graph.get(file) ?? []), resolve(dirname(file), target)]);
    }
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): string[] => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return [];
      for (const next of graph.get(file) ?? []) {
        const cycle = visit(next, [...path, file]);
        if (cycle.length > 0) return cycle;
      }
      done.add(file);
      return [];
    };
    expect(files.map((file) => visit(file, [])).find((cycle) => cycle.length > 0)?.map((file) => relative(SRC, file)) ?? []).toEqual([]);
  });
});

/**
 * What a wrong command line or a bad file gets: the right exit code, one sentence on stderr, no stack, and nothing left
 * behind or lost. The compiled program runs as a child process.
 */

import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, type CommandResult } from '../helpers/run-command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const isRoot = process.getuid?.() === 0;
let folder: string;

const at = (name: string): string => join(folder, name);
const run = (...args: string[]): Promise<CommandResult> => runCommand(['--quiet', ...args], { cwd: folder, env: { LATENTBEAT_CACHE: at('cache') } });

/** One second of a 440 Hz tone, mono, 16-bit, 8 kHz. */
function toneWav(): Buffer {
  const samples = 8000;
  const bytes = Buffer.alloc(44 + 2 * samples);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(36 + 2 * samples, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  for (const [offset, value, size] of [[16, 16, 4], [20, 1, 2], [22, 1, 2], [24, 8000, 4], [28, 16_000, 4], [32, 2, 2], [34, 16, 2]] as const) bytes.writeUIntLE(value, offset, size);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(2 * samples, 40);
  for (let i = 0; i < samples; i++) bytes.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * 440 * i) / 8000)), 44 + 2 * i);
  return bytes;
}

/** A shipped preset with something changed, as a file. */
function spoiltPreset(name: string, spoil: (preset: Record<string, unknown>) => void): string {
  const shipped = readdirSync(join(ROOT, 'presets')).filter((file) => file.endsWith('.json'))[0] as string;
  const preset = JSON.parse(readFileSync(join(ROOT, 'presets', shipped), 'utf8')) as Record<string, unknown>;
  spoil(preset);
  writeFileSync(at(name), JSON.stringify(preset));
  return at(name);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latentbeat-bad-'));
  mkdirSync(at('folder.mp3'));
  writeFileSync(at('empty.mp3'), '');
  writeFileSync(at('text.mp3'), 'Dear diary, today I renamed a letter to .mp3.\n'.repeat(50));
  writeFileSync(at('tone.wav'), toneWav());
  writeFileSync(at('secret.wav'), toneWav());
  chmodSync(at('secret.wav'), 0);
  writeFileSync(at('taken.mp4'), 'precious');
  writeFileSync(at('taken.png'), 'precious');
  writeFileSync(at('broken.show.json'), '{"version": 1,');
  cpSync(join(ROOT, 'models/embedded'), at('half-model'), { recursive: true });
  rmSync(at('half-model/unet/model.onnx'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The sentence; fails unless it is the only line. */
function sentenceOf(result: CommandResult, code: number): string {
  expect(result.complaints, result.complaints.join('\n')).toHaveLength(1);
  expect(result.code, result.complaints[0]).toBe(code);
  const [sentence = ''] = result.complaints;
  expect(sentence).toMatch(/^error: /);
  expect(sentence).not.toMatch(/bug in latentbeat|\bat .*:\d+:\d+|Error:/);
  return sentence;
}

describe('a track that is none (exit code 3)', () => {
  const tracks: [string, string, RegExp][] = [
    ['a missing file', 'nowhere.mp3', /nowhere\.mp3/],
    ['a folder', 'folder.mp3', /folder/],
    ['an empty file', 'empty.mp3', /empty/],
    ['a text renamed .mp3', 'text.mp3', /text/],
  ];
  it.each(tracks)('analyze %s', async (_, track, expected) => {
    expect(sentenceOf(await run('analyze', track, '--json', 'out.json'), 3)).toMatch(expected);
    expect(existsSync(at('out.json'))).toBe(false);
  });

  it.each(tracks)('render %s', async (_, track, expected) => {
    expect(sentenceOf(await run('render', track, '--out', 'out.mp4', '--plain'), 3)).toMatch(expected);
    expect(readdirSync(folder).filter((name) => name.startsWith('out.'))).toEqual([]);
  });

  it.each(tracks)('play %s', async (_, track, expected) => {
    expect(sentenceOf(await run('play', track, '--no-open', '--port', '0', '--osc-port', '0'), 3)).toMatch(expected);
  });

  it.skipIf(isRoot)('a file without read permission', async () => {
    expect(sentenceOf(await run('analyze', 'secret.wav', '--json', '-'), 3)).toMatch(/secret\.wav/);
  });

  it('a show file that is not JSON', async () => {
    expect(sentenceOf(await run('render', 'broken.show.json', '--out', 'out.mp4', '--plain'), 3)).toMatch(/broken\.show\.json/);
  });
});

describe('presets', () => {
  it('an unknown name suggests the nearest', async () => {
    expect(sentenceOf(await run('render', 'tone.wav', '--out', 'out.mp4', '--plain', '--preset', 'Deep Nebual'), 2)).toMatch(/deep.nebula/i);
  });

  it('a typo in a key is named with its path', async () => {
    const file = spoiltPreset('typo.json', (preset) => (preset['promts'] = []));
    expect(sentenceOf(await run('render', 'tone.wav', '--out', 'out.mp4', '--plain', '--preset', file), 3)).toMatch(/promts/);
  });

  it('a value out of range is named with path and range', async () => {
    const file = spoiltPreset('range.json', (preset) => ((preset['prompts'] as Record<string, unknown>[])[1] as Record<string, unknown>)['weight'] = 99);
    const sentence = sentenceOf(await run('render', 'tone.wav', '--out', 'out.mp4', '--plain', '--preset', file), 3);
    expect(sentence).toMatch(/prompts\W1\W*weight/);
    expect(sentence).toMatch(/from 0\.25 to 4/);
  });
});

describe('outputs', () => {
  it('an existing one is kept unless --force is given (exit code 2)', async () => {
    expect(sentenceOf(await run('render', 'tone.wav', '--out', 'taken.mp4', '--plain'), 2)).toMatch(/--force/);
    expect(sentenceOf(await run('image', '--prompt', 'a red circle', '--out', 'taken.png'), 2)).toMatch(/--force/);
    expect(sentenceOf(await run('walk', '--prompt', 'a', '--prompt', 'b', '--frames', '4', '--out', 'taken.png'), 2)).toMatch(/--force/);
    expect([readFileSync(at('taken.mp4'), 'utf8'), readFileSync(at('taken.png'), 'utf8')]).toEqual(['precious', 'precious']);
  });

  it('a missing folder is named before any work (exit code 3)', async () => {
    for (const args of [['render', 'tone.wav', '--out', 'no/where.mp4', '--plain'], ['image', '--prompt', 'a', '--out', 'no/where.png'], ['analyze', 'tone.wav', '--json', 'no/where.json'], ['walk', '--prompt', 'a', '--prompt', 'b', '--frames', '4', '--out', 'no/where.png']]) {
      expect(sentenceOf(await run(...args), 3)).toMatch(/folder/i);
    }
    expect(existsSync(at('no'))).toBe(false);
  });

  it('an ending we cannot write is refused (exit code 2)', async () => {
    expect(sentenceOf(await run('render', 'tone.wav', '--out', 'out.avi', '--plain'), 2)).toMatch(/\.mp4/);
    expect(sentenceOf(await run('render', 'tone.wav', '--plain'), 2)).toMatch(/--out FILE\.mp4, or --estimate/);
  });
});

describe('models', () => {
  it.each([
    ['models', 'check', 'half-model'],
    ['image', '--prompt', 'a', '--out', 'out.png', '--model', 'half-model'],
    ['render', 'tone.wav', '--out', 'out.mp4', '--plain', '--model', 'half-model'],
  ])('an incomplete folder is told by its missing file (exit code 4): %s %s', async (...args) => {
    expect(sentenceOf(await run(...args), 4)).toMatch(/unet.model\.onnx/);
  });

  it('a folder that is not there', async () => {
    expect(sentenceOf(await run('models', 'check', 'no-model'), 4)).toMatch(/no-model/);
  });
});

describe('the command line (exit code 2)', () => {
  const wrong: [string[], RegExp][] = [
    [['render', 'tone.wav', '--out', 'o.mp4', '--fps', '0'], /--fps is a number from 1 to 120, and "0" came/],
    [['render', 'tone.wav', '--out', 'o.mp4', '--fps', 'fast'], /"fast" came/],
    [['render', 'tone.wav', '--out', 'o.mp4', '--size', '1281x720'], /even pixels/],
    [['render', 'tone.wav', '--out', 'o.mp4', '--size', '1280'], /WIDTHxHEIGHT/],
    [['render', 'tone.wav', '--out', 'o.mp4', '--seed', '1.5'], /--seed is a whole number/],
    [['render', 'tone.wav', '--out', 'o.mp4', '--from', '-1'], /--from/],
    [['render', 'tone.wav', '--out', 'o.mp4', '--from', '9', '--to', '3'], /--to is a time after --from/],
    [['render', 'tone.wav', '--out', 'o.mp4', '--prompt', ' '], /--prompt is empty/],
    [['render', 'tone.wav'], /--out/],
    [['play', '--port', '70000'], /--port is a whole number from 0 to 65535/],
    [['play', '--osc-port', 'x'], /--osc-port/],
    [['play', '--input', 'radio'], /--input is "live", and "radio" came/],
    [['play', 'tone.wav', '--input', 'live'], /leave one of them out/],
    [['play', '--porrt', '1'], /--port\b/],
    [['analyze', 'tone.wav', '--bpm', '5'], /--bpm/],
    [['analyze', 'tone.wav'], /--json/],
    [['image', '--out', 'a.png'], /--prompt/],
    [['image', '--prompt', 'a', '--out', 'a.jpg'], /PNG/],
    [['walk', '--prompt', 'a', '--frames', '10', '--out', 'w.png'], /two/],
    [['walk', '--prompt', 'a', '--prompt', 'b', '--frames', '1', '--out', 'w.png'], /--frames/],
    [['bench', '--only', 'nonsense'], /nonsense/],
    [['paly'], /play/],
    [['models', 'chekc', 'x'], /check/],
    [['render', 'tone.wav', 'other.wav', '--out', 'o.mp4'], /arguments/],
  ];
  it.each(wrong)('%j', async (args, expected) => {
    const before = readdirSync(folder);
    expect(sentenceOf(await run(...args), 2)).toMatch(expected);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('help', () => {
  it('is on standard output, with code 0', async () => {
    for (const args of [['--help'], ['render', '--help'], ['models', '--help'], ['--version']]) {
      const result = await run(...args);
      expect(result).toMatchObject({ code: 0, complaints: [] });
      expect(result.stdout.length).toBeGreaterThan(4);
    }
  });

  it('names every command of the contract', async () => {
    const { stdout } = await run('--help');
    for (const name of ['play', 'render', 'analyze', 'image', 'walk', 'models', 'bench', 'doctor']) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });
});

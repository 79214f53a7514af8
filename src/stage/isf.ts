/**
 * Turns an ISF effect into a WebGL 2 fragment shader: declares its inputs, buffers and the standard names, and our beat
 * uniforms: BEAT and BAR phases, TEMPO (beats a minute), KICK, SNARE, HATS, BASS, VOICE, ENERGY, BRIGHTNESS (0..1), and two pictures.
 * `MOTION`: xy = how the picture moves at a place, in fractions of it per second, z = how far that is believed.
 * `SOUND`: curves of the last four seconds, 256 x 8, time from left (old) to right (now), rows from the bottom: kick, snare,
 * hats, bass, voice, energy, brightness, onset; read by `SOUND_AT(row, ago)`, ago in seconds. Pure text work.
 */

import type { EffectHeader, EffectInput } from '../score/effect-header.ts';

/** Uniforms that every effect may read: what the music does now. */
export const MUSIC_UNIFORMS = ['BEAT', 'BAR', 'TEMPO', 'KICK', 'SNARE', 'HATS', 'BASS', 'VOICE', 'ENERGY', 'BRIGHTNESS'] as const;
export type MusicUniform = (typeof MUSIC_UNIFORMS)[number];
export type MusicValues = Record<MusicUniform, number>;

const PRELUDE = `precision highp float;
precision highp int;
precision highp sampler2D;
in vec2 isf_FragNormCoord;
out vec4 isf_output;
uniform vec2 RENDERSIZE;
uniform float TIME;
uniform float TIMEDELTA;
uniform int PASSINDEX;
uniform int FRAMEINDEX;
uniform vec4 DATE;
#define gl_FragColor isf_output
#define vv_FragNormCoord isf_FragNormCoord
#define texture2D texture
#define IMG_NORM_PIXEL(image, at) texture(image, at)
#define IMG_PIXEL(image, at) texture(image, (at) / vec2(textureSize(image, 0)))
#define IMG_THIS_PIXEL(image) texture(image, isf_FragNormCoord)
#define IMG_THIS_NORM_PIXEL(image) texture(image, isf_FragNormCoord)
#define IMG_SIZE(image) vec2(textureSize(image, 0))
uniform sampler2D MOTION;
uniform sampler2D SOUND;
#define SOUND_AT(row, ago) texture(SOUND, vec2(1.0 - ((ago) / 4.0) - 0.001, (float(row) + 0.5) / 8.0)).r
`;

const GLSL_TYPES: Record<EffectInput['type'], string> = { float: 'float', bool: 'bool', long: 'int', event: 'bool', color: 'vec4', point2D: 'vec2', image: 'sampler2D' };

/** The fragment shader of an effect (GLSL ES 3.00 without its version line). */
export function wrapEffect(source: string, header: EffectHeader): string {
  const inputs = header.inputs.filter((input) => input.name !== 'inputImage').map((input) => `uniform ${GLSL_TYPES[input.type]} ${input.name};`);
  const buffers = header.passes.filter((pass) => pass.target !== '').map((pass) => `uniform sampler2D ${pass.target};`);
  const music = MUSIC_UNIFORMS.map((name) => `uniform float ${name};`);
  const amount = header.mixesAmount ? ['uniform float amount;'] : [];
  const head = [PRELUDE, 'uniform sampler2D inputImage;', ...amount, ...inputs, ...new Set(buffers), ...music].join('\n');
  // Its lines stay where they are in the file, so that the compiler's line is the editor's.
  const body = source.replace(/^\s*\/\*[\s\S]*?\*\//, (comment) => comment.replaceAll(/[^\n]/g, '')).replaceAll(/^[ \t]*#version.*$/gm, '');
  if (!header.mixesAmount) return `${head}\n#line 1\n${body}`;
  return `${head}\nuniform bool isf_isPicture;\n#define main isf_main\n#line 1\n${body}\n#undef main\nvoid main() {\n  isf_main();\n  if (isf_isPicture) isf_output = mix(texture(inputImage, isf_FragNormCoord), isf_output, amount);\n}\n`;
}

/** The first error of a compiler's log as a sentence with the line of the file: `line 12: 'foo' : undeclared identifier`. */
export function describeFault(log: string): string {
  const errors = log.split('\n').filter((line) => line.trim() !== '');
  const first = errors.find((line) => line.includes('ERROR')) ?? errors[0] ?? 'unknown error';
  const match = /ERROR:\s*\d+:(\d+):\s*(.*)/.exec(first);
  return match === null ? first.trim() : `line ${match[1]}: ${match[2]?.trim()}`;
}

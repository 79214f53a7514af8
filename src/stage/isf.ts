/**
 * Turns an ISF effect into a WebGL 2 fragment shader: declares its inputs, buffers and the standard names, and our beat
 * uniforms (BEAT, BAR phases; KICK, SNARE, HATS, BASS, VOICE, ENERGY, BRIGHTNESS, each 0..1). Pure text work.
 */

import type { EffectHeader, EffectInput } from '../score/effect-header.ts';

/** Uniforms that every effect may read: what the music does now. */
export const MUSIC_UNIFORMS = ['BEAT', 'BAR', 'KICK', 'SNARE', 'HATS', 'BASS', 'VOICE', 'ENERGY', 'BRIGHTNESS'] as const;
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
#define IMG_PIXEL(image, at) texture(image, (at) / RENDERSIZE)
#define IMG_THIS_PIXEL(image) texture(image, isf_FragNormCoord)
#define IMG_THIS_NORM_PIXEL(image) texture(image, isf_FragNormCoord)
#define IMG_SIZE(image) vec2(textureSize(image, 0))
`;

const GLSL_TYPES: Record<EffectInput['type'], string> = { float: 'float', bool: 'bool', long: 'int', event: 'bool', color: 'vec4', point2D: 'vec2', image: 'sampler2D' };

/** The fragment shader of an effect (GLSL ES 3.00 without its version line). */
export function wrapEffect(source: string, header: EffectHeader): string {
  const inputs = header.inputs.filter((input) => input.name !== 'inputImage').map((input) => `uniform ${GLSL_TYPES[input.type]} ${input.name};`);
  const buffers = header.passes.filter((pass) => pass.target !== '').map((pass) => `uniform sampler2D ${pass.target};`);
  const music = MUSIC_UNIFORMS.map((name) => `uniform float ${name};`);
  const amount = header.mixesAmount ? ['uniform float amount;'] : [];
  const head = [PRELUDE, 'uniform sampler2D inputImage;', ...amount, ...inputs, ...new Set(buffers), ...music].join('\n');
  const body = source.replace(/^\s*\/\*[\s\S]*?\*\//, '').replaceAll(/^\s*#version.*$/gm, '');
  if (!header.mixesAmount) return `${head}\n#line 1\n${body}`;
  const last = header.passes.length - 1;
  return `${head}\n#define main isf_main\n#line 1\n${body}\n#undef main\nvoid main() {\n  isf_main();\n  if (PASSINDEX == ${last}) isf_output = mix(texture(inputImage, isf_FragNormCoord), isf_output, amount);\n}\n`;
}

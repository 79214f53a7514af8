/**
 * Shaders of the flash limiter (GLSL ES 3.00): sums of linear light over parts of tiles, tiles from parts, mixing in linear
 * light, and the copy to the canvas. sRGB curve: IEC 61966-2-1.
 */

import { DITHERED } from '../core-shaders.ts';

const HEAD = `precision highp float;
precision highp int;
precision highp sampler2D;
in vec2 isf_FragNormCoord;
out vec4 colour;
vec3 toLinear(vec3 c) {
  return mix(c / 12.92, pow((max(c, 0.04045) + 0.055) / 1.055, vec3(2.4)), step(0.04045, c));
}
vec3 toEncoded(vec3 c) {
  return mix(c * 12.92, 1.055 * pow(max(c, 0.0031308), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}
`;

/** Mean linear R, G, B of the pixels of one part, and how many they are. */
export const MEASURE = `${HEAD}
uniform sampler2D picture;
uniform vec2 cells;
void main() {
  ivec2 size = textureSize(picture, 0);
  ivec2 cell = ivec2(gl_FragCoord.xy);
  ivec2 count = ivec2(cells);
  ivec2 from = min(size - 1, (cell * size) / count);
  ivec2 to = max(from + 1, ((cell + 1) * size) / count);
  vec3 sum = vec3(0.0);
  for (int y = from.y; y < to.y; y++) for (int x = from.x; x < to.x; x++) sum += toLinear(texelFetch(picture, ivec2(x, y), 0).rgb);
  float pixels = float((to.x - from.x) * (to.y - from.y));
  colour = vec4(sum / pixels, pixels);
}
`;

/** Tiles from their 4 x 4 parts. */
export const GATHER = `${HEAD}
uniform sampler2D parts;
void main() {
  ivec2 first = ivec2(gl_FragCoord.xy) * 4;
  vec4 sum = vec4(0.0);
  for (int y = 0; y < 4; y++) for (int x = 0; x < 4; x++) {
    vec4 part = texelFetch(parts, first + ivec2(x, y), 0);
    sum += vec4(part.rgb * part.a, part.a);
  }
  colour = vec4(sum.rgb / sum.a, 1.0);
}
`;

export const HOLD = `${HEAD}
uniform sampler2D before;
uniform sampler2D wanted;
uniform float share;
void main() {
  vec3 held = mix(toLinear(texture(before, isf_FragNormCoord).rgb), toLinear(texture(wanted, isf_FragNormCoord).rgb), share);
  colour = vec4(toEncoded(held), 1.0);
}
`;

/** \`dither\` 0: as it is; above: noise of one step of 8 bits that moves with it. */
export const COPY = `${HEAD}${DITHERED}
uniform sampler2D picture;
uniform float turnOver;
uniform float dither;
uniform float linear;
void main() {
  vec2 at = vec2(isf_FragNormCoord.x, mix(isf_FragNormCoord.y, 1.0 - isf_FragNormCoord.y, turnOver));
  vec4 c = texture(picture, at);
  // Opaque whatever was cleared below: the canvas has an alpha of its own.
  colour = vec4(dither > 0.0 ? dithered(c.rgb, gl_FragCoord.xy, dither) : c.rgb, 1.0);
  if (linear > 0.5) colour.rgb = toLinear(clamp(colour.rgb, 0.0, 1.0));
}
`;

/**
 * The stage's first and last shader (GLSL ES 3.00): mix two generated frames at their own size, and finish (hue, contrast,
 * grain, light, dither); between them the picture is enlarged (upscale/) and the looks act.
 * Texture v runs upward on the screen; generated frames come top row first and are turned over while mixing.
 * Sources: interleaved gradient noise (Jimenez 2014); triangular dither of two steps (Lipshitz, Wannamaker and Vanderkooy 1992).
 */

export const VERTEX = `precision highp float;
in vec3 position;
out vec2 isf_FragNormCoord;
void main() {
  isf_FragNormCoord = position.xy * 0.5 + 0.5;
  gl_Position = vec4(position.xy, 0.0, 1.0);
}
`;

export const HEAD = `precision highp float;
precision highp sampler2D;
in vec2 isf_FragNormCoord;
out vec4 colour;
`;

/**
 * For whatever writes 8 bits: triangular noise of one step either way, so that no gradient bands and the noise is the same everywhere;
 * its own for each colour; none on black and white, which stay what they are.
 */
export const DITHERED = `
vec3 dithered(vec3 c, vec2 place, float phase) {
  vec2 k = vec2(0.06711056, 0.00583715);
  vec3 noise = fract(52.9829189 * fract(vec3(dot(place + phase, k), dot(place + phase + 47.0, k), dot(place + phase + 89.0, k))));
  vec3 t = 2.0 * noise - 1.0;
  vec3 triangle = sign(t) * (1.0 - sqrt(1.0 - abs(t)));
  return c + triangle * clamp(min(c, 1.0 - c) * 255.0, 0.0, 1.0) / 255.0;
}
`;

/**
 * `field` is the motion between the two (flow/flow-field.ts); `position` is where the walk is, `share` the time: pictures that hardly
 * differ are mixed by the time, which is the truer there. `ghost` is what was shown before a re-planned picture replaced it.
 */
export const MIX = `${HEAD}
uniform sampler2D first;
uniform sampler2D second;
uniform sampler2D ghost;
uniform sampler2D field;
uniform float position;
uniform float share;
uniform float moves;
uniform float ghostWeight;
void main() {
  vec2 at = vec2(isf_FragNormCoord.x, 1.0 - isf_FragNormCoord.y);
  vec4 motion = moves > 0.0 ? texture(field, at) : vec4(0.0, 0.0, 0.0, 1.0);
  float place = mix(share, position, motion.w);
  float part = clamp(place, 0.0, 1.0);
  vec3 now = mix(texture(first, at).rgb, texture(second, at).rgb, part);
  if (motion.z > 0.0) {
    vec3 moved = mix(texture(first, at - place * motion.xy).rgb, texture(second, at + (1.0 - place) * motion.xy).rgb, part);
    now = mix(now, moved, motion.z * moves);
  }
  if (ghostWeight > 0.0) now = mix(now, texture(ghost, isf_FragNormCoord).rgb, ghostWeight);
  colour = vec4(now, 1.0);
}
`;

/** `light` is the stage's gain; `grain` is film grain (grain-tile.ts), in the mid-tones; `dither` is negative where what is drawn into has more than 8 bits. */
export const FINISH = `${HEAD}${DITHERED}
uniform sampler2D picture;
uniform sampler2D grainTile;
uniform float hue;
uniform float contrast;
uniform float saturation;
uniform float grain;
uniform vec2 grainPlace;
uniform float grainSize;
uniform float light;
uniform float dither;

vec3 turnHue(vec3 c, float turns) {
  float a = turns * 6.2831853;
  vec3 k = vec3(0.57735027);
  return c * cos(a) + cross(k, c) * sin(a) + k * dot(k, c) * (1.0 - cos(a));
}

void main() {
  vec3 c = texture(picture, isf_FragNormCoord).rgb;
  if (hue != 0.0) c = turnHue(c, hue);
  float grey = dot(c, vec3(0.2126, 0.7152, 0.0722));
  c = mix(vec3(grey), c, saturation);
  c = clamp((c - 0.3) * contrast + 0.3, 0.0, 1.0);
  if (grain > 0.0) {
    float noise = texture(grainTile, gl_FragCoord.xy / grainSize + grainPlace).r * 2.0 - 1.0;
    float tone = dot(c, vec3(0.2126, 0.7152, 0.0722));
    c = clamp(c + noise * grain * smoothstep(0.0, 0.2, tone) * (1.0 - 0.8 * tone), 0.0, 1.0);
  }
  c *= light;
  colour = vec4(dither < 0.0 ? c : dithered(c, gl_FragCoord.xy, dither), 1.0);
}
`;

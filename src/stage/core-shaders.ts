/**
 * The stage's own three shaders (GLSL ES 3.00): mix two generated frames at their own size; enlarge that picture to the
 * screen (Catmull-Rom and a mild sharpening, cover fit, zoom, turn, shift); and finish (hue, contrast, light, dither).
 * Texture v runs upward on the screen; generated frames come top row first and are turned over while mixing.
 * Sources: Catmull and Rom 1974; nine-tap form from bilinear reads; interleaved gradient noise (Jimenez 2014).
 */

export const VERTEX = `precision highp float;
in vec3 position;
out vec2 isf_FragNormCoord;
void main() {
  isf_FragNormCoord = position.xy * 0.5 + 0.5;
  gl_Position = vec4(position.xy, 0.0, 1.0);
}
`;

const HEAD = `precision highp float;
precision highp sampler2D;
in vec2 isf_FragNormCoord;
out vec4 colour;
`;

/** `field` is the motion between the two (flow/flow-field.ts); `ghost` is what was shown before a re-planned picture replaced it. */
export const MIX = `${HEAD}
uniform sampler2D first;
uniform sampler2D second;
uniform sampler2D ghost;
uniform sampler2D field;
uniform float position;
uniform float moves;
uniform float ghostWeight;
void main() {
  vec2 at = vec2(isf_FragNormCoord.x, 1.0 - isf_FragNormCoord.y);
  float share = clamp(position, 0.0, 1.0);
  vec3 now = mix(texture(first, at).rgb, texture(second, at).rgb, share);
  if (moves > 0.0) {
    vec3 motion = texture(field, at).xyz;
    vec3 moved = mix(texture(first, at - position * motion.xy).rgb, texture(second, at + (1.0 - position) * motion.xy).rgb, share);
    now = mix(now, moved, motion.z * moves);
  }
  if (ghostWeight > 0.0) now = mix(now, texture(ghost, isf_FragNormCoord).rgb, ghostWeight);
  colour = vec4(now, 1.0);
}
`;

export const ENLARGE = `${HEAD}
uniform sampler2D picture;
uniform vec2 pictureSize;
uniform vec2 cover;
uniform float aspect;
uniform float zoom;
uniform float angle;
uniform vec2 shift;
uniform float sharpen;

vec3 catmullRom(vec2 at) {
  vec2 place = at * pictureSize;
  vec2 centre = floor(place - 0.5) + 0.5;
  vec2 f = place - centre;
  vec2 w0 = f * (-0.5 + f * (1.0 - 0.5 * f));
  vec2 w1 = 1.0 + f * f * (-2.5 + 1.5 * f);
  vec2 w2 = f * (0.5 + f * (2.0 - 1.5 * f));
  vec2 w3 = f * f * (-0.5 + 0.5 * f);
  vec2 w12 = w1 + w2;
  vec2 p0 = (centre - 1.0) / pictureSize;
  vec2 p12 = (centre + w2 / w12) / pictureSize;
  vec2 p3 = (centre + 2.0) / pictureSize;
  vec3 sum = texture(picture, vec2(p12.x, p12.y)).rgb * w12.x * w12.y;
  sum += texture(picture, vec2(p0.x, p12.y)).rgb * w0.x * w12.y;
  sum += texture(picture, vec2(p3.x, p12.y)).rgb * w3.x * w12.y;
  sum += texture(picture, vec2(p12.x, p0.y)).rgb * w12.x * w0.y;
  sum += texture(picture, vec2(p12.x, p3.y)).rgb * w12.x * w3.y;
  float total = w12.x * w12.y + w0.x * w12.y + w3.x * w12.y + w12.x * w0.y + w12.x * w3.y;
  return sum / total;
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(aspect, 1.0) / zoom;
  p = mat2(cos(angle), -sin(angle), sin(angle), cos(angle)) * p;
  vec2 at = (p / vec2(aspect, 1.0) + shift) * cover + 0.5;
  vec3 sharp = catmullRom(at);
  vec2 s = 0.9 / pictureSize;
  vec3 soft = 0.25 * (texture(picture, at + s).rgb + texture(picture, at - s).rgb + texture(picture, at + vec2(s.x, -s.y)).rgb + texture(picture, at - vec2(s.x, -s.y)).rgb);
  colour = vec4(clamp(sharp + (sharp - soft) * sharpen, 0.0, 1.0), 1.0);
}
`;

/** `light` is the stage's gain; dither adds half a step of 8 bits so that dark gradients do not band. */
export const FINISH = `${HEAD}
uniform sampler2D picture;
uniform float hue;
uniform float contrast;
uniform float saturation;
uniform float light;
uniform float turnOver;
uniform float dither;

vec3 turnHue(vec3 c, float turns) {
  float a = turns * 6.2831853;
  vec3 k = vec3(0.57735027);
  return c * cos(a) + cross(k, c) * sin(a) + k * dot(k, c) * (1.0 - cos(a));
}

void main() {
  vec2 at = vec2(isf_FragNormCoord.x, mix(isf_FragNormCoord.y, 1.0 - isf_FragNormCoord.y, turnOver));
  vec3 c = texture(picture, at).rgb;
  if (hue != 0.0) c = turnHue(c, hue);
  float grey = dot(c, vec3(0.2126, 0.7152, 0.0722));
  c = mix(vec3(grey), c, saturation);
  c = (c - 0.3) * contrast + 0.3;
  c = clamp(c, 0.0, 1.0) * light;
  float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy + dither, vec2(0.06711056, 0.00583715)))) - 0.5;
  colour = vec4(c + noise / 255.0 * step(0.001, light), 1.0);
}
`;

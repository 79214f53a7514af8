/**
 * From the generated picture to the screen (GLSL ES 3.00): two small passes find its edges, one pass of the screen's size enlarges it.
 * Catmull-Rom (1974), led along edges where there are any (structure tensor, Foerstner and Guelke 1987; slopes by Scharr 2000),
 * sharpened by the difference to a cubic B-spline, across edges only, in as far as there is detail and never beyond the
 * range of the pixels around (which glides from one pixel's nine to the next one's, since a jump would show): the ideas of AMD's FSR 1 and CAS, none of their code. Texture v runs upward.
 */

import { HEAD } from '../core-shaders.ts';
import { ALONG_EDGE, DETAIL_SLOPE, EDGE_FROM, EDGE_TO, FLAT_ENERGY, NOISE_SLOPE, OVERSHOOT, STRONGEST_SHARPENING } from './upscale-settings.ts';

const number = (value: number): string => value.toPrecision(6);

/** Products of the slopes of all colours: xx, xy, yy. Eight reads, at the picture's size. */
export const EDGES = `${HEAD}
uniform sampler2D picture;
uniform vec2 pictureSize;
vec3 at(float x, float y) { return texture(picture, isf_FragNormCoord + vec2(x, y) / pictureSize).rgb; }
void main() {
  vec3 rising = at(1.0, 1.0) - at(-1.0, -1.0);
  vec3 falling = at(1.0, -1.0) - at(-1.0, 1.0);
  vec3 gx = (3.0 * (rising + falling) + 10.0 * (at(1.0, 0.0) - at(-1.0, 0.0))) / 32.0;
  vec3 gy = (3.0 * (rising - falling) + 10.0 * (at(0.0, 1.0) - at(0.0, -1.0))) / 32.0;
  colour = vec4(dot(gx, gx), dot(gx, gy), dot(gy, gy), 1.0);
}
`;

/** 1 2 1 both ways: four reads between the pixels. */
export const EVEN_OUT = `${HEAD}
uniform sampler2D picture;
uniform vec2 pictureSize;
void main() {
  vec2 s = 0.5 / pictureSize;
  vec2 t = vec2(s.x, -s.y);
  colour = 0.25 * (texture(picture, isf_FragNormCoord + s) + texture(picture, isf_FragNormCoord - s) + texture(picture, isf_FragNormCoord + t) + texture(picture, isf_FragNormCoord - t));
}
`;

/** One read of the edges and sixteen of the picture a pixel. */
export const ENLARGE = `${HEAD}
uniform sampler2D picture;
uniform sampler2D edges;
uniform vec2 pictureSize;
uniform vec2 cover;
uniform float aspect;
uniform float zoom;
uniform float angle;
uniform vec2 shift;
uniform float sharpness;

vec4 cubic(vec4 d) {
  vec4 x = abs(d);
  vec4 inner = 1.0 + x * x * (1.5 * x - 2.5);
  vec4 outer = 2.0 - x * (4.0 - x * (2.5 - 0.5 * x));
  return mix(mix(outer, inner, lessThan(x, vec4(1.0))), vec4(0.0), greaterThanEqual(x, vec4(2.0)));
}

vec4 spline(vec4 d) {
  vec4 x = abs(d);
  vec4 rest = max(vec4(0.0), 2.0 - x);
  return mix(rest * rest * rest / 6.0, 2.0 / 3.0 - x * x * (1.0 - 0.5 * x), lessThan(x, vec4(1.0)));
}

/** Beyond the edges the picture is mirrored. */
ivec4 mirrored(ivec4 at, int size) {
  ivec4 place = (at + 4 * size) % (2 * size);
  return min(place, 2 * size - 1 - place);
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(aspect, 1.0) / zoom;
  p = mat2(cos(angle), -sin(angle), sin(angle), cos(angle)) * p;
  vec2 at = (p / vec2(aspect, 1.0) + shift) * cover + 0.5;
  vec2 place = at * pictureSize - 0.5;
  vec2 first = floor(place);
  ivec2 size = ivec2(pictureSize);
  ivec4 columns = mirrored(int(first.x) + ivec4(-1, 0, 1, 2), size.x);
  ivec4 rows = mirrored(int(first.y) + ivec4(-1, 0, 1, 2), size.y);
  vec4 dx = first.x + vec4(-1.0, 0.0, 1.0, 2.0) - place.x;
  vec4 dy = first.y + vec4(-1.0, 0.0, 1.0, 2.0) - place.y;

  vec3 tensor = texture(edges, at).rgb;
  vec2 doubled = vec2(tensor.x - tensor.z, 2.0 * tensor.y);
  float energy = tensor.x + tensor.z;
  float share = smoothstep(${number(EDGE_FROM)}, ${number(EDGE_TO)}, length(doubled) / (energy + ${number(FLAT_ENERGY)}));
  float turn = share > 0.0 ? 0.5 * atan(doubled.y, doubled.x) : 0.0;
  vec2 n = vec2(cos(turn), sin(turn));

  vec4 plainX = cubic(dx), plainY = cubic(dy), softX = spline(dx), softY = spline(dy);
  vec3 plain = vec3(0.0), soft = vec3(0.0), along = vec3(0.0), across = vec3(0.0);
  vec3 lows[4], highs[4];
  vec2 f = place - first;
  float alongTotal = 0.0, acrossTotal = 0.0;
  for (int j = 0; j < 4; j++) {
    vec3 c0 = texelFetch(picture, ivec2(columns.x, rows[j]), 0).rgb;
    vec3 c1 = texelFetch(picture, ivec2(columns.y, rows[j]), 0).rgb;
    vec3 c2 = texelFetch(picture, ivec2(columns.z, rows[j]), 0).rgb;
    vec3 c3 = texelFetch(picture, ivec2(columns.w, rows[j]), 0).rgb;
    plain += plainY[j] * (plainX.x * c0 + plainX.y * c1 + plainX.z * c2 + plainX.w * c3);
    soft += softY[j] * (softX.x * c0 + softX.y * c1 + softX.z * c2 + softX.w * c3);
    lows[j] = mix(min(c0, min(c1, c2)), min(c1, min(c2, c3)), f.x);
    highs[j] = mix(max(c0, max(c1, c2)), max(c1, max(c2, c3)), f.x);
    if (share > 0.0) {
      vec4 a = dx * n.x + dy[j] * n.y;
      vec4 b = dy[j] * n.x - dx * n.y;
      vec4 led = cubic(a) * spline(b);
      vec4 mild = spline(a) * cubic(b);
      along += led.x * c0 + led.y * c1 + led.z * c2 + led.w * c3;
      across += mild.x * c0 + mild.y * c1 + mild.z * c2 + mild.w * c3;
      alongTotal += dot(led, vec4(1.0));
      acrossTotal += dot(mild, vec4(1.0));
    }
  }
  if (share > 0.0) {
    plain = mix(plain, along / alongTotal, ${number(ALONG_EDGE)} * share);
    soft = mix(soft, across / acrossTotal, share);
  }
  vec3 low = mix(min(lows[0], min(lows[1], lows[2])), min(lows[1], min(lows[2], lows[3])), f.y);
  vec3 high = mix(max(highs[0], max(highs[1], highs[2])), max(highs[1], max(highs[2], highs[3])), f.y);
  float detail = smoothstep(${number(NOISE_SLOPE)}, ${number(DETAIL_SLOPE)}, sqrt(energy));
  vec3 sharp = plain + sharpness * ${number(STRONGEST_SHARPENING)} * detail * (plain - soft);
  vec3 room = ${number(OVERSHOOT)} * (high - low);
  colour = vec4(clamp(sharp, max(vec3(0.0), low - room), min(vec3(1.0), high + room)), 1.0);
}
`;

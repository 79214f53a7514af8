/**
 * Dense optical flow between two generated frames, as passes (GLSL ES 3.00). One field for both: `v` at x says that what stands
 * at x half-way was at x − v/2 in the first frame and will be at x + v/2 in the second, so nothing has holes, and forward
 * and backward agree by construction. Coarse to fine, each step linearised about the warped pictures (Lucas and Kanade 1981),
 * least squares over a Gaussian window with a robust weight (Black and Anandan 1996), smoothed. Texture v runs as in the frames: top
 * row first. Lengths are pixels of the level.
 */

import { BELIEVED_RESIDUAL, DAMPING, LONGEST_STEP, MOVING_DIFFERENCE, ROBUST, STILL_DIFFERENCE, WINDOW_RADIUS, WINDOW_SIGMA } from './flow-settings.ts';

const HEAD = `precision highp float;
precision highp sampler2D;
in vec2 isf_FragNormCoord;
`;

const ONE = 'layout(location = 0) out vec4 result;\n';
const TWO = 'layout(location = 0) out vec4 result;\nlayout(location = 1) out vec4 more;\n';

const number = (value: number): string => value.toPrecision(6);
const gauss = (distance: number): number => Math.exp((-distance * distance) / (2 * WINDOW_SIGMA * WINDOW_SIGMA));

/** Two neighbours at a time: one read between them has them mixed as their weights say. */
const PAIRS = [{ at: 0, weight: 1 }, ...Array.from({ length: WINDOW_RADIUS / 2 }, (_, pair) => {
  const [near, far] = [gauss(2 * pair + 1), gauss(2 * pair + 2)];
  return { at: 2 * pair + 1 + far / (near + far), weight: near + far };
})];
const TOTAL = PAIRS.reduce((sum, { weight }, i) => sum + (i === 0 ? weight : 2 * weight), 0);
const list = (values: readonly number[]): string => `float[${PAIRS.length}](${values.map(number).join(', ')})`;
/** The Gaussian window as `offsetOf(i)` and `weightOf(i)`, i from −REACH to REACH; weights add to 1. */
const WINDOW = `const int REACH = ${PAIRS.length - 1};
const float OFFSETS[${PAIRS.length}] = ${list(PAIRS.map(({ at }) => at))};
const float WEIGHTS[${PAIRS.length}] = ${list(PAIRS.map(({ weight }) => weight / TOTAL))};
float offsetOf(int i) { return sign(float(i)) * OFFSETS[abs(i)]; }
float weightOf(int i) { return WEIGHTS[abs(i)]; }
`;

/** Half the size: 1 3 3 1 in both directions, four bilinear reads. */
export const HALVE = `${HEAD}${ONE}
uniform sampler2D picture;
uniform vec2 pictureSize;
void main() {
  vec2 s = 0.75 / pictureSize;
  result = 0.25 * (texture(picture, isf_FragNormCoord + s) + texture(picture, isf_FragNormCoord - s) + texture(picture, isf_FragNormCoord + vec2(s.x, -s.y)) + texture(picture, isf_FragNormCoord - vec2(s.x, -s.y)));
}
`;

/** A level's first guess: the coarser flow, twice as long. */
export const REFINE = `${HEAD}${ONE}
uniform sampler2D flow;
void main() { result = 2.0 * texture(flow, isf_FragNormCoord); }
`;

/** Products of the slopes and the difference of the warped pictures: result = (xx, xy, yy, xt), more.x = yt. Eleven reads. */
export const SLOPES = `${HEAD}${TWO}
uniform sampler2D first;
uniform sampler2D second;
uniform sampler2D flow;
uniform vec2 size;
void main() {
  vec2 v = 0.5 * texture(flow, isf_FragNormCoord).xy / size;
  vec2 a = isf_FragNormCoord - v;
  vec2 b = isf_FragNormCoord + v;
  vec2 x = vec2(1.0 / size.x, 0.0);
  vec2 y = vec2(0.0, 1.0 / size.y);
  vec3 alongX = 0.25 * (texture(first, a + x).rgb + texture(second, b + x).rgb - texture(first, a - x).rgb - texture(second, b - x).rgb);
  vec3 alongY = 0.25 * (texture(first, a + y).rgb + texture(second, b + y).rgb - texture(first, a - y).rgb - texture(second, b - y).rgb);
  vec3 change = texture(second, b).rgb - texture(first, a).rgb;
  float weight = inversesqrt(dot(change, change) + ${number(ROBUST * ROBUST)});
  result = weight * vec4(dot(alongX, alongX), dot(alongX, alongY), dot(alongY, alongY), dot(alongX, change));
  more = vec4(weight * dot(alongY, change), 0.0, 0.0, 0.0);
}
`;

/** Both products over the window, across. Ten reads. */
export const GATHER = `${HEAD}${TWO}${WINDOW}
uniform sampler2D products;
uniform sampler2D others;
uniform vec2 size;
void main() {
  vec4 sum = vec4(0.0);
  float other = 0.0;
  for (int i = -REACH; i <= REACH; i++) {
    vec2 at = isf_FragNormCoord + vec2(offsetOf(i) / size.x, 0.0);
    sum += weightOf(i) * texture(products, at);
    other += weightOf(i) * texture(others, at).x;
  }
  result = sum;
  more = vec4(other, 0.0, 0.0, 0.0);
}
`;

/** The window downward, and one step of the flow. Eleven reads. */
export const SOLVE = `${HEAD}${ONE}${WINDOW}
uniform sampler2D products;
uniform sampler2D others;
uniform sampler2D flow;
uniform vec2 size;
void main() {
  vec4 sum = vec4(0.0);
  float other = 0.0;
  for (int i = -REACH; i <= REACH; i++) {
    vec2 at = isf_FragNormCoord + vec2(0.0, offsetOf(i) / size.y);
    sum += weightOf(i) * texture(products, at);
    other += weightOf(i) * texture(others, at).x;
  }
  float xx = sum.x + ${number(DAMPING)};
  float yy = sum.z + ${number(DAMPING)};
  vec2 move = -vec2(yy * sum.w - sum.y * other, xx * other - sum.y * sum.w) / (xx * yy - sum.y * sum.y);
  move /= max(1.0, length(move) / ${number(LONGEST_STEP)});
  result = vec4(texture(flow, isf_FragNormCoord).xy + move, 0.0, 1.0);
}
`;

/** A Gaussian along \`along\` (1/size in one direction). Five reads. */
export const SMOOTH = `${HEAD}${ONE}${WINDOW}
uniform sampler2D picture;
uniform vec2 along;
void main() {
  vec4 sum = vec4(0.0);
  for (int i = -REACH; i <= REACH; i++) {
    sum += weightOf(i) * texture(picture, isf_FragNormCoord + offsetOf(i) * along);
  }
  result = sum;
}
`;

/** Squared difference as it stands (x) and along the flow (y). Five reads. */
export const RESIDUAL = `${HEAD}${ONE}
uniform sampler2D first;
uniform sampler2D second;
uniform sampler2D flow;
uniform vec2 size;
void main() {
  vec2 v = 0.5 * texture(flow, isf_FragNormCoord).xy / size;
  vec3 still = texture(second, isf_FragNormCoord).rgb - texture(first, isf_FragNormCoord).rgb;
  vec3 moved = texture(second, isf_FragNormCoord + v).rgb - texture(first, isf_FragNormCoord - v).rgb;
  result = vec4(dot(still, still), dot(moved, moved), 0.0, 1.0);
}
`;

/** Mean over each cell of a coarser raster, every pixel once. */
export const AVERAGE = `${HEAD}${ONE}
uniform sampler2D picture;
uniform vec2 pictureSize;
uniform vec2 cells;
void main() {
  vec2 cell = floor(gl_FragCoord.xy);
  ivec2 begin = ivec2(floor(cell * pictureSize / cells));
  ivec2 end = ivec2(floor((cell + 1.0) * pictureSize / cells));
  vec4 sum = vec4(0.0);
  for (int y = begin.y; y < end.y; y++) for (int x = begin.x; x < end.x; x++) sum += texelFetch(picture, ivec2(x, y), 0);
  result = sum / float(max(1, (end.x - begin.x) * (end.y - begin.y)));
}
`;

/** The finished field: motion in fractions of the picture (xy), how far it is believed (z), whether there is any in the picture (w). Three reads. */
export const BELIEVE = `${HEAD}${ONE}
uniform sampler2D flow;
uniform sampler2D residual;
uniform sampler2D mean;
uniform vec2 size;
void main() {
  vec2 local = texture(residual, isf_FragNormCoord).xy;
  float explained = clamp((${number(BELIEVED_RESIDUAL)} - local.y / (local.x + 1e-7)) / ${number(BELIEVED_RESIDUAL / 2)}, 0.0, 1.0);
  float moving = smoothstep(${number(STILL_DIFFERENCE)}, ${number(MOVING_DIFFERENCE)}, sqrt(texelFetch(mean, ivec2(0), 0).x / 3.0));
  result = vec4(texture(flow, isf_FragNormCoord).xy / size, explained * moving, moving);
}
`;

/**
 * The output pass (GLSL ES 3.00): one slice of the picture (or a test card) with the overlay on it, warped by the vertices,
 * blended at its edges, masked, dithered. Places run from the top left; textures of the painter run upward, canvases downward.
 */

import { DITHERED } from '../core-shaders.ts';

export const OUTPUT_VERTEX = `precision highp float;
in vec4 position;
in vec2 place;
out vec2 at;
void main() {
  at = place;
  gl_Position = position;
}
`;

export const OUTPUT = `precision highp float;
precision highp sampler2D;${DITHERED}
in vec2 at;
out vec4 colour;
uniform sampler2D picture;
uniform sampler2D card;
uniform sampler2D overlay;
uniform sampler2D mask;
uniform vec4 slice;
uniform vec4 overlayPlace;
uniform float overlayOpacity;
uniform float hasCard;
uniform float hasMask;
uniform float barAt;
uniform float light;
uniform vec4 blendWidths;
uniform vec4 blendGammas;
uniform vec2 outputSize;
uniform float dither;

float gain(float width, float gamma, float distance) {
  if (width <= 0.0 || distance >= width) return 1.0;
  return pow(0.5 - 0.5 * cos(3.14159265 * clamp(distance / width, 0.0, 1.0)), 1.0 / gamma);
}

vec3 pictureAt(vec2 place) {
  vec3 c = texture(picture, vec2(place.x, 1.0 - place.y)).rgb;
  vec2 o = (place - overlayPlace.xy) / overlayPlace.zw + 0.5;
  if (overlayOpacity <= 0.0 || o.x < 0.0 || o.y < 0.0 || o.x > 1.0 || o.y > 1.0) return c;
  vec4 over = texture(overlay, o);
  return c * (1.0 - over.a * overlayOpacity) + over.rgb * overlayOpacity * light;
}

void main() {
  vec3 c = hasCard > 0.5 ? texture(card, at).rgb * light : pictureAt(slice.xy + at * slice.zw);
  if (barAt >= 0.0) c = mix(c, vec3(light), step(abs(at.x - barAt), 0.006));
  float shade = gain(blendWidths.x, blendGammas.x, at.x) * gain(blendWidths.y, blendGammas.y, 1.0 - at.x);
  shade *= gain(blendWidths.z, blendGammas.z, at.y) * gain(blendWidths.w, blendGammas.w, 1.0 - at.y);
  if (hasMask > 0.5) shade *= 1.0 - texture(mask, vec2(gl_FragCoord.x / outputSize.x, 1.0 - gl_FragCoord.y / outputSize.y)).a;
  colour = vec4(dithered(c * shade, gl_FragCoord.xy, dither), 1.0);
}
`;

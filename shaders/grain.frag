/*{
  "LABEL": "Grain",
  "DESCRIPTION": "Film grain, and sparks on the hats.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.35, "LABEL": "Amount" },
    { "NAME": "sparkle", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.4, "LABEL": "Sparkle", "HELP": "Sparks in the lights while the hats play." },
    { "NAME": "size", "TYPE": "float", "MIN": 1, "MAX": 6, "DEFAULT": 1.5, "LABEL": "Size", "HELP": "Of a grain, in pixels of a 1080-line screen." }
  ]
}*/

float hash(vec3 p) {
  p = fract(p * vec3(0.1031, 0.1030, 0.0973));
  p += dot(p, p.yzx + 33.33);
  return fract((p.x + p.y) * p.z);
}

void main() {
  vec3 c = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).rgb;
  float step24 = floor(TIME * 24.0);
  vec2 cell = floor(isf_FragNormCoord * RENDERSIZE / max(1.0, size * RENDERSIZE.y / 1080.0));
  float noise = hash(vec3(cell, mod(step24, 997.0))) + hash(vec3(cell + 57.0, mod(step24, 991.0))) - 1.0;
  float light = dot(c, vec3(0.2126, 0.7152, 0.0722));
  // Film grain shows in the mid-tones and leaves black black.
  c += noise * amount * 0.06 * smoothstep(0.0, 0.15, light) * (1.15 - light);
  float spark = step(0.9965, hash(vec3(cell * 0.5 + 11.0, mod(floor(TIME * 15.0), 983.0))));
  c += spark * sparkle * HATS * smoothstep(0.15, 0.5, light) * 0.9;
  gl_FragColor = vec4(c, 1.0);
}

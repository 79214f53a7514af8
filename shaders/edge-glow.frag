/*{
  "LABEL": "Edge glow",
  "DESCRIPTION": "Contours light up like neon tubes in the colour they border.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.5, "LABEL": "Amount" },
    { "NAME": "width", "TYPE": "float", "MIN": 0.5, "MAX": 4, "DEFAULT": 1.4, "LABEL": "Width" },
    { "NAME": "dim", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.35, "LABEL": "Dim", "HELP": "How far the surfaces between the lines go dark." }
  ]
}*/

float lightAt(vec2 offset) {
  return dot(IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + offset).rgb, vec3(0.30, 0.55, 0.15));
}

void main() {
  vec2 s = width * vec2(RENDERSIZE.y / RENDERSIZE.x, 1.0) / 240.0;
  float across = lightAt(vec2(s.x, s.y)) + 2.0 * lightAt(vec2(s.x, 0.0)) + lightAt(vec2(s.x, -s.y)) - lightAt(vec2(-s.x, s.y)) - 2.0 * lightAt(vec2(-s.x, 0.0)) - lightAt(vec2(-s.x, -s.y));
  float along = lightAt(vec2(s.x, s.y)) + 2.0 * lightAt(vec2(0.0, s.y)) + lightAt(vec2(-s.x, s.y)) - lightAt(vec2(s.x, -s.y)) - 2.0 * lightAt(vec2(0.0, -s.y)) - lightAt(vec2(-s.x, -s.y));
  float edge = smoothstep(0.08, 0.9, length(vec2(across, along)));
  vec3 colour = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).rgb;
  float light = max(max(colour.r, colour.g), max(colour.b, 0.08));
  vec3 neon = mix(vec3(1.0), colour / light, 0.75);
  vec3 surface = colour * (1.0 - dim * amount * (1.0 - edge));
  gl_FragColor = vec4(surface + neon * edge * amount * (0.75 + 0.35 * VOICE), 1.0);
}

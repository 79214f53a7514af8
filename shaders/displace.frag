/*{
  "LABEL": "Warp",
  "DESCRIPTION": "The bass bends the picture like heat over a road.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.4, "LABEL": "Amount", "HELP": "1 bends by up to 4 % of the width at full bass." },
    { "NAME": "size", "TYPE": "float", "MIN": 0.5, "MAX": 8, "DEFAULT": 2.2, "LABEL": "Size", "HELP": "Waves across the picture." },
    { "NAME": "speed", "TYPE": "float", "MIN": 0, "MAX": 2, "DEFAULT": 0.35, "LABEL": "Speed" }
  ]
}*/

/* Two octaves of crossing sines: smooth, cheap and never repeating within a song. */
vec2 bend(vec2 p, float t) {
  vec2 wave = vec2(sin(p.y * 2.7 + t * 1.3) + 0.5 * sin(p.y * 5.3 - p.x * 2.1 - t * 1.9), cos(p.x * 2.3 - t * 1.1) + 0.5 * cos(p.x * 4.9 + p.y * 1.7 + t * 2.3));
  return wave / 1.5;
}

void main() {
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0) * size;
  float depth = amount * 0.04 * (0.35 + 0.65 * BASS);
  vec2 moved = isf_FragNormCoord + bend(p + 0.4 * bend(p * 1.7, TIME * speed), TIME * speed) * depth;
  gl_FragColor = IMG_NORM_PIXEL(inputImage, moved);
}

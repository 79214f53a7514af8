/*{
  "LABEL": "Waveform",
  "DESCRIPTION": "The last seconds of the music as a line of light: bass, voice and drums.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.8, "LABEL": "Amount" },
    { "NAME": "height", "TYPE": "float", "MIN": 0.02, "MAX": 0.5, "DEFAULT": 0.2, "LABEL": "Height", "HELP": "Of the swing, in heights of the picture." },
    { "NAME": "span", "TYPE": "float", "MIN": 0.5, "MAX": 4, "DEFAULT": 2.4, "LABEL": "Span", "HELP": "Seconds across the screen." },
    { "NAME": "width", "TYPE": "float", "MIN": 0.5, "MAX": 6, "DEFAULT": 1.6, "LABEL": "Width", "HELP": "Of the line, in pixels of a 1080-line screen." },
    { "NAME": "tint", "TYPE": "color", "DEFAULT": [0.62, 0.92, 1, 1], "LABEL": "Tint" }
  ]
}*/

/* The swing of one row: a carrier whose height is what was heard; newest in the middle, running out to both sides. */
float swing(float x, int row, float waves, float drift) {
  float ago = abs(x) * span;
  float heard = SOUND_AT(row, ago) * 0.6 + 0.2 * (SOUND_AT(row, ago + 0.02) + SOUND_AT(row, max(ago - 0.02, 0.0)));
  return sin(abs(x) * waves - TIME * drift) * heard * exp(-abs(x) * 0.5);
}

float lineAt(float y, float centre, float slope, float thick) {
  float d = abs(y - centre) / sqrt(1.0 + slope * slope);
  return exp(-d * d / (thick * thick)) + 0.22 * exp(-d / (thick * 7.0));
}

void main() {
  vec3 given = IMG_THIS_PIXEL(inputImage).rgb;
  float x = (isf_FragNormCoord.x - 0.5) * 2.0;
  float y = isf_FragNormCoord.y - 0.5;
  float thick = width * 0.0011;
  float step = 0.004;
  vec3 light = vec3(0.0);
  for (int k = 0; k < 3; k++) {
    int row = k == 0 ? 3 : k == 1 ? 4 : 0;
    float waves = k == 0 ? 26.0 : k == 1 ? 61.0 : 97.0;
    float drift = k == 0 ? 5.0 : k == 1 ? 8.0 : 12.0;
    float scale = height * (k == 0 ? 0.75 : k == 1 ? 0.6 : 0.5);
    float here = swing(x, row, waves, drift) * scale;
    float slope = (swing(x + step, row, waves, drift) * scale - here) / step * RENDERSIZE.y / RENDERSIZE.x * 2.0;
    vec3 colour = k == 0 ? tint.rgb : k == 1 ? tint.brg : vec3(1.0, 0.96, 0.9);
    light += colour * lineAt(y, here, slope, thick) * (k == 0 ? 1.0 : 0.7);
  }
  light *= amount * smoothstep(1.02, 0.75, abs(x));
  vec3 under = given * (1.0 - 0.35 * amount * exp(-y * y / (height * height)));
  gl_FragColor = vec4(1.0 - (1.0 - min(under, 1.0)) * (1.0 - min(light, 1.0)), 1.0);
}

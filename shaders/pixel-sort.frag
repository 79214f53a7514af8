/*{
  "LABEL": "Pixel sort",
  "DESCRIPTION": "Runs of light are put in order of their brightness and stand like curtains.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.85, "LABEL": "Amount" },
    { "NAME": "threshold", "TYPE": "float", "MIN": 0.02, "MAX": 0.9, "DEFAULT": 0.16, "LABEL": "Threshold", "HELP": "Brightness from which a run begins." },
    { "NAME": "length", "TYPE": "float", "MIN": 0.05, "MAX": 0.6, "DEFAULT": 0.3, "LABEL": "Length", "HELP": "Longest run, in heights of the picture." },
    { "NAME": "angle", "TYPE": "float", "MIN": -0.5, "MAX": 0.5, "DEFAULT": 0, "LABEL": "Angle", "HELP": "Direction of the runs, in turns; 0 = upward." }
  ]
}*/

const int REACH = 14;

vec2 place(int i) {
  float turn = angle * 6.2831853;
  float stride = 0.5 * length * (0.75 + 0.5 * SNARE) / float(REACH);
  vec2 up = vec2(sin(turn) * RENDERSIZE.y / RENDERSIZE.x, cos(turn));
  return isf_FragNormCoord + up * stride * float(i);
}

float lightAt(int i) {
  return dot(IMG_NORM_PIXEL(inputImage, place(i)).rgb, vec3(0.30, 0.55, 0.15));
}

void main() {
  vec3 given = IMG_THIS_PIXEL(inputImage).rgb;
  float lights[2 * REACH + 1];
  for (int i = 0; i <= 2 * REACH; i++) lights[i] = lightAt(i - REACH);
  int first = REACH;
  int last = REACH;
  // The threshold is soft, so that a run does not flicker in and out with the grain.
  for (int i = 1; i <= REACH; i++) { if (lights[REACH - i] < threshold || first != REACH - i + 1) continue; first = REACH - i; }
  for (int i = 1; i <= REACH; i++) { if (lights[REACH + i] < threshold || last != REACH + i - 1) continue; last = REACH + i; }
  int mine = REACH - first;
  int chosen = REACH;
  for (int i = 0; i <= 2 * REACH; i++) {
    if (i < first || i > last) continue;
    int rank = 0;
    for (int j = 0; j <= 2 * REACH; j++) if (j >= first && j <= last && (lights[j] < lights[i] || (lights[j] == lights[i] && j < i))) rank++;
    if (rank == mine) chosen = i;
  }
  float inside = smoothstep(threshold * 0.6, threshold * 1.4, lights[REACH]);
  vec3 sorted = IMG_NORM_PIXEL(inputImage, place(chosen - REACH)).rgb;
  gl_FragColor = vec4(mix(given, sorted, amount * inside), 1.0);
}

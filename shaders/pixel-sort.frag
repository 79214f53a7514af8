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
  gl_FragColor = vec4(given, 1.0);
  // What lies in the dark is in no run: one read is enough.
  float inside = smoothstep(threshold * 0.6, threshold * 1.4, dot(given, vec3(0.30, 0.55, 0.15)));
  if (inside <= 0.0) return;
  float lights[2 * REACH + 1];
  int first = REACH;
  int last = REACH;
  lights[REACH] = lightAt(0);
  // The threshold is soft, so that a run does not flicker in and out with the grain. A run ends where it gets dark.
  for (int i = REACH - 1; i >= 0; i--) {
    lights[i] = lightAt(i - REACH);
    if (lights[i] < threshold) break;
    first = i;
  }
  for (int i = REACH + 1; i <= 2 * REACH; i++) {
    lights[i] = lightAt(i - REACH);
    if (lights[i] < threshold) break;
    last = i;
  }
  int mine = REACH - first;
  int chosen = REACH;
  for (int i = first; i <= last; i++) {
    int rank = 0;
    for (int j = first; j <= last; j++) if (lights[j] < lights[i] || (lights[j] == lights[i] && j < i)) rank++;
    if (rank != mine) continue;
    chosen = i;
    break;
  }
  vec3 sorted = IMG_NORM_PIXEL(inputImage, place(chosen - REACH)).rgb;
  gl_FragColor = vec4(mix(given, sorted, amount * inside), 1.0);
}

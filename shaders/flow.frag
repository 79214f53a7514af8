/*{
  "LABEL": "Flow",
  "DESCRIPTION": "Light is drawn out along the way the picture itself moves, like wet paint under a brush.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.6, "LABEL": "Amount" },
    { "NAME": "reach", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.35, "LABEL": "Reach", "HELP": "Seconds of motion that a stroke covers; the kick doubles it." },
    { "NAME": "swirl", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.5, "LABEL": "Swirl", "HELP": "How far strokes curl where the picture stands still." }
  ]
}*/

/* A slow field for what does not move by itself: curls of two octaves, never the same twice in a song. */
vec2 curl(vec2 p, float t) {
  vec2 a = vec2(cos(p.y * 3.1 + t) + 0.5 * cos(p.y * 6.7 - t * 1.3 + p.x), -cos(p.x * 2.9 - t * 0.8) - 0.5 * cos(p.x * 5.9 + t + p.y));
  return a * 0.035;
}

vec2 wayAt(vec2 at) {
  vec3 motion = texture(MOTION, at).xyz;
  vec2 p = (at - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0) * 2.0;
  return motion.xy + curl(p, TIME * 0.25) * swirl * (1.0 - 0.7 * motion.z) * (0.5 + 0.8 * BASS);
}

void main() {
  vec3 given = IMG_THIS_PIXEL(inputImage).rgb;
  float stride = reach * (1.0 + KICK) / 12.0;
  vec2 at = isf_FragNormCoord;
  vec3 sum = given;
  vec3 peak = given;
  float total = 1.0;
  for (int i = 1; i <= 12; i++) {
    vec2 way = wayAt(at);
    at -= way * min(1.0, 0.6 / max(length(way), 1e-4)) * stride;
    vec3 colour = IMG_NORM_PIXEL(inputImage, at).rgb;
    float weight = 1.0 - float(i) / 13.0;
    sum += colour * weight;
    peak = max(peak, colour * weight);
    total += weight;
  }
  // The brightest of a stroke keeps its light, the mean carries its colour.
  gl_FragColor = vec4(mix(given, mix(sum / total, peak, 0.55), amount), 1.0);
}

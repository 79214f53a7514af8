/*{
  "LABEL": "Datamosh",
  "DESCRIPTION": "Old pixels are carried on by the new motion, as where a video has lost its key frames; the kick lets the picture back in.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.8, "LABEL": "Amount" },
    { "NAME": "hold", "TYPE": "float", "MIN": 0.1, "MAX": 8, "DEFAULT": 1.6, "LABEL": "Hold", "HELP": "Seconds until old pixels have given way to a third." },
    { "NAME": "push", "TYPE": "float", "MIN": 0, "MAX": 4, "DEFAULT": 1.6, "LABEL": "Push", "HELP": "How strongly motion carries them; 1 as the picture moves." },
    { "NAME": "blocks", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.55, "LABEL": "Blocks", "HELP": "0 flows smoothly, 1 moves in the squares of a codec." },
    { "NAME": "refresh", "TYPE": "event", "LABEL": "Refresh", "HELP": "Lets the picture back in at once." }
  ],
  "PASSES": [{ "TARGET": "memory", "PERSISTENT": true, "FLOAT": true }, {}]
}*/

float hash(vec2 p) {
  p = fract(p * vec2(0.1031, 0.1030));
  p += dot(p, p.yx + 33.33);
  return fract((p.x + p.y) * p.x);
}

void main() {
  vec3 now = IMG_THIS_PIXEL(inputImage).rgb;
  if (PASSINDEX == 0) {
    vec2 raster = vec2(36.0 * RENDERSIZE.x / RENDERSIZE.y, 36.0);
    vec2 cell = floor(isf_FragNormCoord * raster);
    vec2 at = mix(isf_FragNormCoord, (cell + 0.5) / raster, blocks);
    vec3 motion = texture(MOTION, at).xyz;
    // Still blocks creep outward a little, so that nothing stands for good.
    vec2 creep = (at - 0.5) * 0.03 * (0.3 + BASS);
    vec2 way = (motion.xy * push + creep) * TIMEDELTA;
    vec3 before = IMG_NORM_PIXEL(memory, isf_FragNormCoord - clamp(way, -0.05, 0.05)).rgb;
    // Blocks are renewed at different times, all of them more on a kick.
    float lot = hash(cell + 7.0);
    float seconds = hold * mix(1.0, 0.35 + 1.6 * lot, blocks) / (1.0 + 2.5 * KICK * KICK);
    float renewed = FRAMEINDEX == 0 || refresh ? 1.0 : 1.0 - exp(-TIMEDELTA / max(seconds, 0.02));
    gl_FragColor = vec4(mix(before, now, renewed), 1.0);
  } else {
    vec3 held = IMG_THIS_PIXEL(memory).rgb;
    // The new picture's lights stay on top, so that the beat is still seen.
    gl_FragColor = vec4(mix(now, max(held, now * 0.35), amount), 1.0);
  }
}

/*{
  "LABEL": "Strobe",
  "DESCRIPTION": "Light in time with the beat: never more than three a second, and the stage's flash limiter stands behind it.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.6, "LABEL": "Amount" },
    { "NAME": "rate", "TYPE": "long", "VALUES": [0, 1, 2, 3], "LABELS": ["Once a bar", "Twice a bar", "Every beat", "Twice a beat"], "DEFAULT": 2, "LABEL": "Rate", "HELP": "0 once a bar, 1 twice, 2 every beat, 3 twice a beat; halved where that would be more than three a second." },
    { "NAME": "length", "TYPE": "float", "MIN": 0.05, "MAX": 1, "DEFAULT": 0.35, "LABEL": "Length", "HELP": "How much of the time between two flashes the light takes to go." },
    { "NAME": "tint", "TYPE": "color", "DEFAULT": [1, 0.97, 0.92, 1], "LABEL": "Tint" }
  ]
}*/

void main() {
  vec3 given = IMG_THIS_PIXEL(inputImage).rgb;
  // Flashes a beat, halved until there are at most three a second.
  float perBeat = rate == 3 ? 2.0 : rate == 2 ? 1.0 : rate == 1 ? 0.5 : 0.25;
  for (int i = 0; i < 4; i++) if (perBeat * TEMPO / 60.0 > 3.0) perBeat *= 0.5;
  float phase = perBeat >= 1.0 ? fract(BEAT * perBeat) : fract(BAR * 4.0 * perBeat);
  float flash = exp(-phase * 3.5 / length);
  // Between the flashes it is darker, so that the light is seen and not only added.
  vec3 lit = given * (1.35 + 0.5 * tint.rgb) + tint.rgb * 0.10 * smoothstep(0.02, 0.4, given.g + given.r + given.b);
  vec3 dark = given * 0.42;
  gl_FragColor = vec4(mix(given, mix(dark, lit, flash), amount), 1.0);
}

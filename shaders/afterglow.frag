/*{
  "LABEL": "Afterglow",
  "DESCRIPTION": "Lights burn in as on a phosphor screen and cool through the colours of embers.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.6, "LABEL": "Amount" },
    { "NAME": "fade", "TYPE": "float", "MIN": 0.1, "MAX": 6, "DEFAULT": 1.1, "LABEL": "Fade", "HELP": "Seconds until a light has cooled to a third." },
    { "NAME": "hot", "TYPE": "color", "DEFAULT": [1, 0.55, 0.2, 1], "LABEL": "Hot", "HELP": "Colour of fresh glow." },
    { "NAME": "cold", "TYPE": "color", "DEFAULT": [0.25, 0.1, 0.7, 1], "LABEL": "Cold", "HELP": "Colour of old glow." }
  ],
  "PASSES": [{ "TARGET": "heat", "PERSISTENT": true, "FLOAT": true, "WIDTH": "$WIDTH/2", "HEIGHT": "$HEIGHT/2" }, {}]
}*/

float lightOf(vec3 c) { return max(c.r, max(c.g, c.b)); }

void main() {
  vec3 now = IMG_THIS_PIXEL(inputImage).rgb;
  if (PASSINDEX == 0) {
    // Heat rises and spreads a little while it cools.
    vec2 s = 1.2 / RENDERSIZE;
    vec2 from = isf_FragNormCoord - vec2(0.0, 0.03) * TIMEDELTA;
    float spread = 1.0 - exp(-TIMEDELTA * 3.0);
    float here = IMG_NORM_PIXEL(heat, from).r;
    float around = 0.25 * (IMG_NORM_PIXEL(heat, from + vec2(s.x, 0.0)).r + IMG_NORM_PIXEL(heat, from - vec2(s.x, 0.0)).r + IMG_NORM_PIXEL(heat, from + vec2(0.0, s.y)).r + IMG_NORM_PIXEL(heat, from - vec2(0.0, s.y)).r);
    float kept = mix(here, around, spread) * exp(-TIMEDELTA / fade);
    float lit = smoothstep(0.25, 0.95, lightOf(now)) * (0.8 + 0.4 * KICK);
    gl_FragColor = vec4(max(kept, lit), 0.0, 0.0, 1.0);
  } else {
    float glow = max(IMG_THIS_PIXEL(heat).r - 0.75 * smoothstep(0.25, 0.95, lightOf(now)), 0.0);
    vec3 colour = mix(cold.rgb, hot.rgb, smoothstep(0.1, 0.75, glow)) * glow * 1.5;
    gl_FragColor = vec4(1.0 - (1.0 - min(now, 1.0)) * (1.0 - min(colour * amount, 1.0)), 1.0);
  }
}

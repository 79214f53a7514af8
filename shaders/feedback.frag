/*{
  "LABEL": "Feedback",
  "DESCRIPTION": "Bright parts leave a trail of light that drifts outward and fades.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.35, "LABEL": "Amount", "HELP": "How bright the trail is." },
    { "NAME": "trail", "TYPE": "float", "MIN": 0.05, "MAX": 3, "DEFAULT": 0.4, "LABEL": "Trail", "HELP": "Seconds until the trail has faded to a third." },
    { "NAME": "zoom", "TYPE": "float", "MIN": -1, "MAX": 1, "DEFAULT": 0.22, "LABEL": "Zoom", "HELP": "How fast the trail grows, per second." },
    { "NAME": "rotate", "TYPE": "float", "MIN": -1, "MAX": 1, "DEFAULT": 0.06, "LABEL": "Rotate", "HELP": "How fast the trail turns, in radians per second." }
  ],
  "PASSES": [{ "TARGET": "light", "PERSISTENT": true, "FLOAT": true }, {}]
}*/

void main() {
  vec3 now = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).rgb;
  if (PASSINDEX == 0) {
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec2 p = (isf_FragNormCoord - 0.5) * vec2(aspect, 1.0) * exp(-zoom * (1.0 + KICK) * TIMEDELTA);
    float angle = rotate * TIMEDELTA;
    p = mat2(cos(angle), -sin(angle), sin(angle), cos(angle)) * p;
    vec3 before = IMG_NORM_PIXEL(light, p / vec2(aspect, 1.0) + 0.5).rgb;
    float keep = exp(-TIMEDELTA / trail);
    // A slow turn of the channels gives old light a colour of its own.
    vec3 faded = mix(before, before.brg, 1.0 - exp(-TIMEDELTA * 0.6)) * keep;
    gl_FragColor = vec4(max(now, faded), 1.0);
  } else {
    vec3 echo = max(IMG_NORM_PIXEL(light, isf_FragNormCoord).rgb - now, 0.0);
    gl_FragColor = vec4(now + echo * amount, 1.0);
  }
}

/*{
  "LABEL": "Kaleidoscope",
  "DESCRIPTION": "Folds the picture into turning mirrors around its centre.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 1, "LABEL": "Amount" },
    { "NAME": "segments", "TYPE": "float", "MIN": 2, "MAX": 16, "DEFAULT": 6, "LABEL": "Segments", "HELP": "Mirrors around the centre, rounded to a whole number." },
    { "NAME": "spin", "TYPE": "float", "MIN": -0.5, "MAX": 0.5, "DEFAULT": 0.03, "LABEL": "Spin", "HELP": "Turns per second." },
    { "NAME": "zoom", "TYPE": "float", "MIN": 0.4, "MAX": 2.5, "DEFAULT": 1.15, "LABEL": "Zoom" }
  ]
}*/

void main() {
  vec4 straight = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord);
  float aspect = RENDERSIZE.x / RENDERSIZE.y;
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(aspect, 1.0);
  float radius = length(p) / zoom;
  float wedge = 6.2831853 / max(2.0, floor(segments + 0.5));
  float turned = atan(p.y, p.x) + TIME * spin * 6.2831853;
  float folded = abs(mod(turned, wedge) - wedge * 0.5);
  // The wedge itself looks around slowly, so that the flower opens and closes.
  float look = folded + TIME * 0.11;
  vec2 q = vec2(cos(look), sin(look)) * radius + vec2(0.12 * sin(TIME * 0.17), 0.12 * cos(TIME * 0.13));
  vec4 flower = IMG_NORM_PIXEL(inputImage, q / vec2(max(aspect, 1.0), max(1.0, 1.0 / aspect)) + 0.5);
  gl_FragColor = mix(straight, flower, amount);
}

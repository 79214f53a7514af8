/*{
  "LABEL": "RGB split",
  "DESCRIPTION": "Pulls the colours apart toward the rim, more on each snare.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.3, "LABEL": "Amount" },
    { "NAME": "angle", "TYPE": "float", "MIN": -0.5, "MAX": 0.5, "DEFAULT": 0, "LABEL": "Angle", "HELP": "Turns the direction of the pull, in turns." },
    { "NAME": "radial", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.8, "LABEL": "Radial", "HELP": "0 = the same pull everywhere, 1 = only toward the rim." }
  ]
}*/

void main() {
  vec2 away = isf_FragNormCoord - 0.5;
  vec2 straight = vec2(cos(angle * 6.2831853), sin(angle * 6.2831853)) * 0.5;
  vec2 pull = mix(straight, away * (0.4 + 1.6 * length(away)), radial) * amount * 0.04 * (0.6 + 0.6 * SNARE);
  vec3 colour = vec3(
    IMG_NORM_PIXEL(inputImage, isf_FragNormCoord + pull).r,
    IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).g,
    IMG_NORM_PIXEL(inputImage, isf_FragNormCoord - pull).b);
  gl_FragColor = vec4(colour, 1.0);
}

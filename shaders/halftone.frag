/*{
  "LABEL": "Halftone",
  "DESCRIPTION": "Dots of light whose size is the brightness beneath them.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.85, "LABEL": "Amount" },
    { "NAME": "dots", "TYPE": "float", "MIN": 20, "MAX": 160, "DEFAULT": 72, "LABEL": "Dots", "HELP": "Rows of dots from top to bottom." },
    { "NAME": "angle", "TYPE": "float", "MIN": 0, "MAX": 0.25, "DEFAULT": 0.06, "LABEL": "Angle", "HELP": "Turn of the raster, in turns." }
  ]
}*/

void main() {
  float aspect = RENDERSIZE.x / RENDERSIZE.y;
  float turn = angle * 6.2831853;
  mat2 raster = mat2(cos(turn), sin(turn), -sin(turn), cos(turn));
  vec2 p = raster * ((isf_FragNormCoord - 0.5) * vec2(aspect, 1.0) * dots);
  vec2 centre = floor(p) + 0.5;
  vec2 at = (transpose(raster) * centre) / (dots * vec2(aspect, 1.0)) + 0.5;
  vec3 colour = IMG_NORM_PIXEL(inputImage, at).rgb;
  float light = dot(colour, vec3(0.2126, 0.7152, 0.0722));
  float size = 0.14 + 0.6 * sqrt(clamp(light, 0.0, 1.0)) * (1.0 + 0.12 * KICK);
  float soft = dots / RENDERSIZE.y;
  float dotMask = 1.0 - smoothstep(size - soft, size + soft, length(p - centre));
  // The gaps keep a breath of the picture, else a dark one would vanish.
  vec3 printed = colour * (0.06 + 1.25 * dotMask);
  gl_FragColor = vec4(mix(IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).rgb, printed, amount), 1.0);
}

/*{
  "LABEL": "Grade",
  "DESCRIPTION": "Hue, contrast, saturation and the colour of the shadows.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 1, "LABEL": "Amount" },
    { "NAME": "hue", "TYPE": "float", "MIN": -0.5, "MAX": 0.5, "DEFAULT": 0, "LABEL": "Hue", "HELP": "Turns." },
    { "NAME": "contrast", "TYPE": "float", "MIN": 0.5, "MAX": 2, "DEFAULT": 1.12, "LABEL": "Contrast" },
    { "NAME": "saturation", "TYPE": "float", "MIN": 0, "MAX": 2, "DEFAULT": 1.15, "LABEL": "Saturation" },
    { "NAME": "lift", "TYPE": "float", "MIN": -0.2, "MAX": 0.2, "DEFAULT": -0.02, "LABEL": "Lift", "HELP": "Raises or sinks the shadows." },
    { "NAME": "warmth", "TYPE": "float", "MIN": -1, "MAX": 1, "DEFAULT": 0, "LABEL": "Warmth", "HELP": "Cool shadows and warm lights, or the other way round." }
  ]
}*/

/* Turns the hue about the grey axis. */
vec3 turnHue(vec3 c, float turns) {
  float a = turns * 6.2831853;
  vec3 k = vec3(0.57735);
  return c * cos(a) + cross(k, c) * sin(a) + k * dot(k, c) * (1.0 - cos(a));
}

void main() {
  vec3 given = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).rgb;
  vec3 c = turnHue(given, hue);
  float light = dot(c, vec3(0.2126, 0.7152, 0.0722));
  c = mix(vec3(light), c, saturation);
  // The pivot lies low: the pictures are dark, and their lights should open, not grey.
  c = (c - 0.3) * contrast + 0.3 + lift;
  c += warmth * vec3(0.10, 0.02, -0.10) * (light - 0.25);
  gl_FragColor = vec4(mix(given, max(c, 0.0), amount), 1.0);
}

/*{
  "LABEL": "Bloom",
  "DESCRIPTION": "Light spills softly out of the bright parts.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.3, "LABEL": "Amount" },
    { "NAME": "threshold", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.62, "LABEL": "Threshold", "HELP": "Brightness from which light spills." },
    { "NAME": "radius", "TYPE": "float", "MIN": 0.2, "MAX": 3, "DEFAULT": 1, "LABEL": "Radius" }
  ],
  "PASSES": [
    { "TARGET": "bright", "WIDTH": "$WIDTH/4", "HEIGHT": "$HEIGHT/4" },
    { "TARGET": "across", "WIDTH": "$WIDTH/4", "HEIGHT": "$HEIGHT/4" },
    { "TARGET": "spread", "WIDTH": "$WIDTH/4", "HEIGHT": "$HEIGHT/4" },
    {}
  ]
}*/

/* Nine weighted steps of a Gaussian along `step`. */
vec3 blurAlong(vec2 step) {
  vec3 sum = vec3(0.0);
  float total = 0.0;
  for (int i = -4; i <= 4; i++) {
    float weight = exp(-float(i * i) / 7.0);
    vec2 at = isf_FragNormCoord + step * float(i);
    sum += weight * (PASSINDEX == 1 ? IMG_NORM_PIXEL(bright, at).rgb : IMG_NORM_PIXEL(across, at).rgb);
    total += weight;
  }
  return sum / total;
}

void main() {
  float reach = 0.011 * radius;
  if (PASSINDEX == 0) {
    vec3 colour = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).rgb;
    float light = max(colour.r, max(colour.g, colour.b));
    gl_FragColor = vec4(colour * smoothstep(threshold - 0.2, threshold + 0.3, light), 1.0);
  } else if (PASSINDEX == 1) {
    gl_FragColor = vec4(blurAlong(vec2(reach * RENDERSIZE.y / RENDERSIZE.x, 0.0)), 1.0);
  } else if (PASSINDEX == 2) {
    gl_FragColor = vec4(blurAlong(vec2(0.0, reach)), 1.0);
  } else {
    vec3 colour = IMG_NORM_PIXEL(inputImage, isf_FragNormCoord).rgb;
    vec3 glow = IMG_NORM_PIXEL(spread, isf_FragNormCoord).rgb * amount * 1.4;
    // Screen, so that nothing burns out.
    gl_FragColor = vec4(1.0 - (1.0 - min(colour, 1.0)) * (1.0 - min(glow, 1.0)), 1.0);
  }
}

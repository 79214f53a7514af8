/*{
  "LABEL": "Mirror",
  "DESCRIPTION": "Folds the picture along its middle, once or twice.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 1, "LABEL": "Amount" },
    { "NAME": "fold", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0, "LABEL": "Fold", "HELP": "0 = left and right, 1 = top and bottom as well." },
    { "NAME": "place", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.35, "LABEL": "Place", "HELP": "Which part of the picture is mirrored." },
    { "NAME": "seam", "TYPE": "float", "MIN": 0, "MAX": 0.2, "DEFAULT": 0.02, "LABEL": "Seam", "HELP": "Softness of the joint." }
  ]
}*/

/* A fold whose joint is rounded over `soft` of the picture. */
float foldAt(float x, float soft) {
  float d = x - 0.5;
  return sqrt(d * d + soft * soft);
}

void main() {
  vec2 p = isf_FragNormCoord;
  vec2 q = vec2(foldAt(p.x, seam), mix(p.y - 0.5, foldAt(p.y, seam), fold));
  vec2 folded = vec2(place * 0.5 + q.x * 0.9, 0.5 + q.y * mix(1.0, 0.9, fold) - (place - 0.35) * 0.5 * fold);
  gl_FragColor = mix(IMG_NORM_PIXEL(inputImage, p), IMG_NORM_PIXEL(inputImage, folded), amount);
}

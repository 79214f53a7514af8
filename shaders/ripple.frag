/*{
  "LABEL": "Ripple",
  "DESCRIPTION": "Every kick drops a stone: rings of the last seconds run outward and bend the picture.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.5, "LABEL": "Amount" },
    { "NAME": "speed", "TYPE": "float", "MIN": 0.2, "MAX": 2, "DEFAULT": 0.55, "LABEL": "Speed", "HELP": "Picture heights per second." },
    { "NAME": "shine", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.4, "LABEL": "Shine", "HELP": "Light on the crests." },
    { "NAME": "centre", "TYPE": "point2D", "DEFAULT": [0.5, 0.5], "MIN": [0, 0], "MAX": [1, 1], "LABEL": "Centre" }
  ]
}*/

float heardAt(float ago) {
  return 0.75 * SOUND_AT(0, ago) + 0.25 * SOUND_AT(3, ago);
}

void main() {
  vec2 aspect = vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  vec2 p = (isf_FragNormCoord - centre) * aspect;
  float radius = length(p);
  float ago = radius / speed;
  float width = 0.05;
  float slope = heardAt(max(0.0, ago - width)) - heardAt(ago + width);
  float fade = exp(-ago * 0.9) * smoothstep(0.0, 0.06, radius) * step(ago, 3.9);
  float height = slope * fade;
  vec2 away = p / max(radius, 1e-4);
  vec2 bent = isf_FragNormCoord - away / aspect * height * amount * 0.09;
  vec3 colour = vec3(
    IMG_NORM_PIXEL(inputImage, bent - away / aspect * height * amount * 0.006).r,
    IMG_NORM_PIXEL(inputImage, bent).g,
    IMG_NORM_PIXEL(inputImage, bent + away / aspect * height * amount * 0.006).b);
  float light = dot(colour, vec3(0.2126, 0.7152, 0.0722));
  colour *= 1.0 + shine * amount * height * 1.8;
  colour += shine * amount * max(height, 0.0) * smoothstep(0.02, 0.5, light) * 0.25;
  gl_FragColor = vec4(max(colour, 0.0), 1.0);
}

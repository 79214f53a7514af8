/*{
  "LABEL": "Spectrum",
  "DESCRIPTION": "A ring of rays around the middle, from the bass below to the hats above, each as long as its part is loud.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.75, "LABEL": "Amount" },
    { "NAME": "radius", "TYPE": "float", "MIN": 0.05, "MAX": 0.45, "DEFAULT": 0.2, "LABEL": "Radius", "HELP": "Of the ring, in heights of the picture." },
    { "NAME": "reach", "TYPE": "float", "MIN": 0.02, "MAX": 0.5, "DEFAULT": 0.24, "LABEL": "Length" },
    { "NAME": "rays", "TYPE": "float", "MIN": 24, "MAX": 160, "DEFAULT": 96, "LABEL": "Rays", "HELP": "Around the ring, rounded to a whole number." },
    { "NAME": "tint", "TYPE": "color", "DEFAULT": [1, 0.45, 0.75, 1], "LABEL": "Tint" }
  ]
}*/

/* Parts of the sound from low (0) to high (1), blended from row to row; the fall over the last 120 ms makes them ring. */
float partAt(float pitch, float ago) {
  float at = pitch * 4.0;
  float low = at < 1.0 ? SOUND_AT(3, ago) : at < 2.0 ? SOUND_AT(0, ago) : at < 3.0 ? SOUND_AT(4, ago) : SOUND_AT(1, ago);
  float high = at < 1.0 ? SOUND_AT(0, ago) : at < 2.0 ? SOUND_AT(4, ago) : at < 3.0 ? SOUND_AT(1, ago) : SOUND_AT(2, ago);
  return mix(low, high, smoothstep(0.0, 1.0, fract(min(at, 3.999))));
}

void main() {
  vec3 given = IMG_THIS_PIXEL(inputImage).rgb;
  vec2 p = (isf_FragNormCoord - 0.5) * vec2(RENDERSIZE.x / RENDERSIZE.y, 1.0);
  float r = length(p);
  float count = floor(rays + 0.5);
  float turn = atan(p.x, -p.y) / 6.2831853 + 0.5;
  float ray = floor(turn * count);
  float across = abs(fract(turn * count) - 0.5);
  float pitch = abs(((ray + 0.5) / count) * 2.0 - 1.0);
  pitch = 1.0 - pitch;
  float loud = max(max(partAt(pitch, 0.0), 0.8 * partAt(pitch, 0.06)), 0.6 * partAt(pitch, 0.13));
  // Neighbouring rays differ a little, as partials do.
  loud *= 0.72 + 0.28 * sin(ray * 2.39996 + TIME * 2.0) * sin(ray * 1.7 - TIME * 1.3);
  float inner = radius * (1.0 + 0.08 * KICK);
  float outer = inner + 0.006 + reach * loud;
  float soft = 1.5 / RENDERSIZE.y;
  float along = smoothstep(inner - soft, inner + soft, r) * (1.0 - smoothstep(outer - soft * 2.0, outer + soft * 2.0, r));
  float thick = 0.30;
  float edge = soft * count / max(6.2831853 * r, 0.1);
  float bar = along * (1.0 - smoothstep(thick - edge, thick + edge, across));
  float halo = exp(-max(0.0, max(inner - r, r - outer)) * 26.0) * (0.10 + 0.35 * loud);
  vec3 low = tint.rgb;
  vec3 high = tint.brg;
  vec3 colour = mix(low, high, pitch);
  float rise = clamp((r - inner) / max(outer - inner, 1e-3), 0.0, 1.0);
  vec3 light = colour * (bar * mix(1.0, 0.55, rise) + halo * 0.5) + vec3(0.5) * bar * (1.0 - rise) * loud;
  light *= amount;
  vec3 under = given * (1.0 - 0.55 * amount * smoothstep(inner + 0.01, inner - 0.02, r));
  gl_FragColor = vec4(1.0 - (1.0 - min(under, 1.0)) * (1.0 - min(light, 1.0)), 1.0);
}

/*{
  "LABEL": "Film look",
  "DESCRIPTION": "Colour grading by a look-up table: teal and orange, bleach, infrared, gold, acid, midnight.",
  "INPUTS": [
    { "NAME": "inputImage", "TYPE": "image" },
    { "NAME": "amount", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.8, "LABEL": "Amount" },
    { "NAME": "film", "TYPE": "long", "VALUES": [0, 1, 2, 3, 4, 5], "LABELS": ["Teal and orange", "Bleach", "Infrared", "Gold", "Acid", "Midnight"], "DEFAULT": 0, "LABEL": "Film", "HELP": "0 teal and orange, 1 bleach, 2 infrared, 3 gold, 4 acid, 5 midnight." },
    { "NAME": "exposure", "TYPE": "float", "MIN": -1, "MAX": 1, "DEFAULT": 0, "LABEL": "Exposure", "HELP": "Stops." }
  ],
  "PASSES": [{ "TARGET": "table", "WIDTH": 256, "HEIGHT": 16, "FLOAT": true }, {}]
}*/

float lightOf(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

/* A soft S about the dark middle of these pictures. */
vec3 bend(vec3 c, float strength) {
  vec3 s = c * c * (3.0 - 2.0 * c);
  return mix(c, s, strength);
}

/* What one film makes of a colour. */
vec3 develop(vec3 c) {
  float l = lightOf(c);
  if (film == 1) return bend(mix(vec3(l), c, 0.3) * 1.12, 0.85);
  if (film == 2) return bend(vec3(max(c.g * 1.15, 0.7 * c.r), 0.55 * c.b + 0.2 * l, 0.6 * c.r + 0.45 * c.b), 0.35);
  if (film == 3) return mix(vec3(0.10, 0.03, 0.01), vec3(1.0, 0.80, 0.42), pow(l, 0.85)) * (0.25 + 1.05 * l) + 0.35 * (c - l) * vec3(1.0, 0.5, 0.2);
  if (film == 4) return bend(vec3(0.9 * c.r + 0.25 * c.b, 1.2 * c.g + 0.12 * c.r, max(0.9 * c.b - 0.25 * c.g, 0.0)) * vec3(1.05, 1.1, 0.9), 0.5) + vec3(-0.02, 0.015, 0.03) * (1.0 - l);
  if (film == 5) return bend(mix(vec3(l) * vec3(0.45, 0.62, 1.15), c * vec3(0.75, 0.88, 1.15), 0.45), 0.4);
  vec3 graded = c + (1.0 - smoothstep(0.0, 0.55, l)) * l * vec3(-0.22, 0.10, 0.30) + smoothstep(0.25, 0.9, l) * vec3(0.14, 0.03, -0.14);
  return bend(graded, 0.45);
}

/* The table is 16 slices of blue side by side. */
vec3 readTable(vec3 c) {
  vec3 at = clamp(c, 0.0, 1.0) * 15.0;
  float slice = min(floor(at.b), 14.0);
  vec2 inSlice = vec2((at.r + 0.5) / 256.0, (at.g + 0.5) / 16.0);
  vec3 low = IMG_NORM_PIXEL(table, inSlice + vec2(slice / 16.0, 0.0)).rgb;
  vec3 high = IMG_NORM_PIXEL(table, inSlice + vec2((slice + 1.0) / 16.0, 0.0)).rgb;
  return mix(low, high, at.b - slice);
}

void main() {
  if (PASSINDEX == 0) {
    vec2 cell = floor(gl_FragCoord.xy);
    vec3 c = vec3(mod(cell.x, 16.0), cell.y, floor(cell.x / 16.0)) / 15.0;
    gl_FragColor = vec4(clamp(develop(c), 0.0, 1.0), 1.0);
  } else {
    vec3 given = IMG_THIS_PIXEL(inputImage).rgb;
    gl_FragColor = vec4(mix(given, readTable(given * exp2(exposure)), amount), 1.0);
  }
}

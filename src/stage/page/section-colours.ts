/** One colour per section label, quieter for quiet kinds: the same on waveform, storyboard and panel. */

import type { SectionKind } from '../../timeline/timeline.ts';

/** Hues (degrees) for labels A, B, C … */
const HUES = [38, 188, 320, 96, 258, 14, 158, 218];
const STRENGTH: Record<SectionKind, number> = { intro: 0.55, verse: 0.75, build: 0.85, chorus: 0.95, drop: 1, breakdown: 0.6, outro: 0.5 };

export function sectionColour(label: string, kind: string, alpha = 1): string {
  const index = Math.max(0, label.toUpperCase().charCodeAt(0) - 65);
  const strength = STRENGTH[kind as SectionKind] ?? 0.75;
  return `hsl(${HUES[index % HUES.length]} ${Math.round(38 + 40 * strength)}% ${Math.round(34 + 26 * strength)}% / ${alpha})`;
}

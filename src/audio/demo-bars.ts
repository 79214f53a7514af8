/** The bars of the demo as its parts see them: section, chord, and where each step lies in samples. A step is a sixteenth. */

import type { Hertz } from '../base/units.ts';
import type { Chord, DemoForm, DemoKind, DemoSection } from './demo-form.ts';

export const STEPS_PER_BEAT = 4;

/** A bar with what the parts need to know about it. */
export interface Bar {
  readonly index: number;
  readonly section: DemoSection;
  readonly kind: DemoKind;
  /** 0-based within the section, and whether it is the section's last. */
  readonly within: number;
  readonly last: boolean;
  readonly chord: Chord;
  readonly steps: number;
  /** The beat before a drop is left empty, so that the drop lands. */
  readonly gap: boolean;
  /** Sample index of a step (0 = the downbeat). */
  at(step: number): number;
}

/** All bars in order; `rate` scales their sample indices. */
export function barsOf(form: DemoForm, rate: Hertz): Bar[] {
  return Array.from({ length: form.bars }, (_, index) => {
    const section = form.sectionOfBar(index);
    const within = index - section.firstBar;
    const next = form.sections[form.sections.indexOf(section) + 1];
    const last = within === section.bars - 1;
    const at = (step: number): number => form.timeOf(index * form.metre + step / STEPS_PER_BEAT) * rate;
    return { index, section, kind: section.kind, within, last, chord: form.chordOfBar(index), steps: form.metre * STEPS_PER_BEAT, gap: last && next?.kind === 'drop', at };
  });
}

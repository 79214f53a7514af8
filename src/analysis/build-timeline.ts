/** Measurements → Timeline, the steps in order. Pure, but that the steps of a long track tidy up after themselves. */

import { tidyAfter } from './memory.ts';
import { type Timeline, TIMELINE_VERSION } from '../timeline/timeline.ts';
import { describeBars } from './bars.ts';
import { findGrid } from './beat-grid.ts';
import { computeCurves } from './curves.ts';
import { findEvents } from './events.ts';
import { FRAME_RATE } from './frames.ts';
import type { Measurements } from './measure.ts';
import { computeDetail } from './detail.ts';
import { findOnsets } from './onsets/pick.ts';
import { findSections } from './sections.ts';

export function buildTimeline(measurements: Measurements): Timeline {
  tidyAfter(measurements.duration);
  const curves = computeCurves(measurements);
  tidyAfter(measurements.duration);
  const grid = findGrid(measurements, curves, measurements.pulse);
  tidyAfter(measurements.duration);
  const onsets = findOnsets(measurements, curves.onset);
  const sections = findSections(describeBars(grid, curves, measurements), measurements.duration);
  return {
    version: TIMELINE_VERSION,
    duration: measurements.duration,
    rate: FRAME_RATE,
    curves,
    grid,
    onsets: onsets.times,
    sections,
    events: findEvents(sections, curves),
    detail: computeDetail(measurements, onsets),
  };
}

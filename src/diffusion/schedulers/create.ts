/** scheduler_config.json → scheduler. */

import { DdimSampler, LcmSampler, TcdSampler } from './alpha-sampler.ts';
import { readSchedulerSettings } from './config.ts';
import type { SchedulerClass } from './config.ts';
import { DeisSampler } from './deis.ts';
import { DpmMultistepSampler, DpmSinglestepSampler } from './dpm-solver.ts';
import { FlowMatchSampler } from './flow-match.ts';
import { noiseSchedule } from './noise-schedule.ts';
import { PndmSampler } from './pndm.ts';
import { EulerAncestralSampler, EulerSampler, HeunSampler, LmsSampler } from './sigma-sampler.ts';
import type { SamplerSettings, Scheduler, SchedulerConfig } from './types.ts';
import { UnipcSampler } from './unipc.ts';

/** TCD's, as its paper and diffusers' pipelines have it. */
const TCD_ETA = 0.3;
/** Classes that work on the cumulative product and may meet A = 0. */
const ALPHA_CLASSES: readonly SchedulerClass[] = ['DDIMScheduler', 'LCMScheduler', 'TCDScheduler', 'PNDMScheduler'];

/**
 * A scheduler for one picture at a time (it remembers outputs; creating another is cheap, its tables are kept).
 * `override` is a name of SCHEDULER_NAMES or a class. Throws UserError('device') for a config that cannot be followed,
 * UserError('usage') for an override that is not known or does not fit the model.
 */
export function createScheduler(config: SchedulerConfig, override?: string, sampler: SamplerSettings = {}): Scheduler {
  const settings = readSchedulerSettings(config, override);
  const { className, trainSteps, betaStart, betaEnd, betaSchedule, trainedBetas, rescaleBetasZeroSnr } = settings;
  const schedule = noiseSchedule({ trainSteps, betaStart, betaEnd, betaSchedule, trainedBetas, rescaleBetasZeroSnr }, !ALPHA_CLASSES.includes(className));
  switch (className) {
    case 'EulerDiscreteScheduler': return new EulerSampler(settings, schedule);
    case 'EulerAncestralDiscreteScheduler': return new EulerAncestralSampler(settings, schedule);
    case 'HeunDiscreteScheduler': return new HeunSampler(settings, schedule);
    case 'LMSDiscreteScheduler': return new LmsSampler(settings, schedule);
    case 'DDIMScheduler': return new DdimSampler(settings, schedule, sampler);
    case 'LCMScheduler': return new LcmSampler(settings, schedule, sampler);
    case 'TCDScheduler': return new TcdSampler(settings, schedule, sampler, TCD_ETA);
    case 'PNDMScheduler': return new PndmSampler(settings, schedule, {});
    case 'DPMSolverMultistepScheduler': return new DpmMultistepSampler(settings, schedule);
    case 'DPMSolverSinglestepScheduler': return new DpmSinglestepSampler(settings, schedule);
    case 'UniPCMultistepScheduler': return new UnipcSampler(settings, schedule);
    case 'DEISMultistepScheduler': return new DeisSampler(settings, schedule);
    case 'FlowMatchEulerDiscreteScheduler': return new FlowMatchSampler(settings, schedule);
  }
}

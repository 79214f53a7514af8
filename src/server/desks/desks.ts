/**
 * Everything that works for one session, by name. A desk reaches the others through this when it acts, never while it is
 * made; the wire-….ts files say who may ask what of whom.
 */

import type { ControlDesk } from './control-desk.ts';
import { ControlLinks } from '../control-links.ts';
import type { ControllerDesk } from './controller-desk.ts';
import type { EffectDesk } from './effect-desk.ts';
import type { FramesAhead } from '../frames-ahead.ts';
import type { GridDesk } from './grid-desk.ts';
import type { HearingDesk } from './hearing-desk.ts';
import { LiveInput } from './live-input.ts';
import { LoopDesk } from './loop-desk.ts';
import type { OutDesk } from './out-desk.ts';
import { OutputDesk } from './output-desk.ts';
import { Pages } from '../web/pages.ts';
import type { PerformDesk } from './perform-desk.ts';
import type { PreviewDesk } from './preview-desk.ts';
import type { QueueDesk } from './queue-desk.ts';
import type { RenderDesk } from './render-desk.ts';
import type { SessionOptions } from '../session-options.ts';
import { ShowClock } from '../show-clock.ts';
import type { ShowEditor } from './show-editor.ts';
import { ShowSlot } from '../show-slot.ts';
import { ShowStaging } from '../show-staging.ts';
import { ShowTeller } from '../show-teller.ts';
import { StageReports } from '../web/stage-reports.ts';
import type { StoryboardDesk } from './storyboard-desk.ts';
import type { ThumbnailDesk } from './thumbnail-desk.ts';
import type { TimeDesk } from './time-desk.ts';
import { TransportDesk } from './transport-desk.ts';
import { createControllers, createControls, createOuts, createPerform, createTime } from './wire-controls.ts';
import { createHearing, createPreview, createStoryboard, createThumbnails } from './wire-pictures.ts';
import { createEditor, createEffects, createFrames, createGrid, createQueue, createRenders } from './wire-show.ts';

export class Desks {
  readonly options: SessionOptions;
  readonly slot = new ShowSlot();
  readonly pages = new Pages();
  readonly links = new ControlLinks();
  readonly reports = new StageReports();
  readonly clock: ShowClock;
  readonly outputs: OutputDesk;
  readonly effects: EffectDesk;
  readonly storyboard: StoryboardDesk;
  readonly hearing: HearingDesk;
  readonly thumbnails: ThumbnailDesk;
  readonly preview: PreviewDesk;
  readonly renders: RenderDesk;
  readonly frames: FramesAhead;
  readonly editor: ShowEditor;
  readonly queue: QueueDesk;
  readonly grid: GridDesk;
  readonly controls: ControlDesk;
  readonly perform: PerformDesk;
  readonly outs: OutDesk;
  readonly controllers: ControllerDesk;
  readonly time: TimeDesk;
  readonly transport: TransportDesk;
  readonly loop: LoopDesk;
  readonly live: LiveInput;
  readonly staging: ShowStaging;
  readonly teller: ShowTeller;

  constructor(options: SessionOptions) {
    this.options = options;
    this.clock = new ShowClock(options.freeClock, options.now());
    this.outputs = new OutputDesk(options.outputFile ?? null);
    this.effects = createEffects(this);
    this.storyboard = createStoryboard(this);
    this.hearing = createHearing(this);
    this.thumbnails = createThumbnails(this);
    this.preview = createPreview(this);
    this.renders = createRenders(this);
    this.frames = createFrames(this);
    this.editor = createEditor(this);
    this.queue = createQueue(this);
    this.grid = createGrid(this);
    this.controls = createControls(this);
    this.perform = createPerform(this);
    this.outs = createOuts(this);
    this.controllers = createControllers(this);
    this.links.add(this.controllers);
    this.time = createTime(this);
    this.transport = new TransportDesk(this);
    this.loop = new LoopDesk(this);
    this.live = new LiveInput(this);
    this.staging = new ShowStaging(this);
    this.teller = new ShowTeller(this);
  }
}

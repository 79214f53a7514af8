/** The desks that draw for the panel what is not on stage, and what the rest of the session does for them. */

import type { Desks } from './desks.ts';
import { HearingDesk } from './hearing-desk.ts';
import { PreviewDesk } from './preview-desk.ts';
import { StoryboardDesk } from './storyboard-desk.ts';
import { ThumbnailDesk } from './thumbnail-desk.ts';

export function createStoryboard({ pages }: Desks): StoryboardDesk {
  const desk: StoryboardDesk = new StoryboardDesk(() => pages.broadcast({ type: 'storyboard', scenes: desk.tiles() }));
  return desk;
}

export function createHearing({ pages }: Desks): HearingDesk {
  const desk: HearingDesk = new HearingDesk(() => pages.broadcast(desk.message()));
  return desk;
}

export function createThumbnails({ pages, options }: Desks): ThumbnailDesk {
  const desk: ThumbnailDesk = new ThumbnailDesk({
    folder: options.thumbnailFolder,
    presets: () => options.tools.presets(),
    onChange: () => pages.tellPanels(desk.message()),
  });
  return desk;
}

export function createPreview({ pages }: Desks): PreviewDesk {
  return new PreviewDesk(({ due, bars }) => pages.tellPanels({ type: 'preview', due, bars, picture: `/api/preview.jpg?v=${due.toFixed(3)}` }));
}

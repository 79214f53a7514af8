/**
 * The chain of feedback pictures: what was drawn last, moved by zoom, rotation and shift about its centre, is where the
 * next one starts. Edges are mirrored, so that nothing black creeps in. Bilinear, in plain arithmetic: the same bytes on
 * every machine.
 */

import { UserError } from '../base/errors.ts';
import type { DecodedPicture } from './decoder.ts';
import type { FeedbackLink } from './types.ts';

export class FeedbackChain {
  #last: { readonly chain: string; readonly index: number; readonly picture: DecodedPicture } | undefined;

  remember({ chain, index }: FeedbackLink, picture: DecodedPicture): void {
    this.#last = { chain, index, picture: { ...picture, pixels: picture.pixels.slice() } };
  }

  /** The previous link's picture, moved. Throws a UserError 'again' where that link was not drawn last: a chain is drawn in order. */
  moved(link: FeedbackLink, { height, width }: { readonly height: number; readonly width: number }): DecodedPicture {
    const last = this.#last;
    if (last === undefined || last.chain !== link.chain || last.index !== link.index - 1) {
      throw new UserError('again', `picture ${link.index} of the feedback chain was asked for, and ${last === undefined ? 'none' : `picture ${last.index} of chain ${last.chain}`} was drawn last; a chain is drawn in order from 0`);
    }
    if (last.picture.height !== height || last.picture.width !== width) throw new Error('the pictures of a feedback chain have one size');
    return movePicture(last.picture, link);
  }
}

/** Moves by zoom (factor), rotate (degrees, counter-clockwise) and shift (fractions), about the centre; same size. */
export function movePicture(picture: DecodedPicture, { zoom, rotate, shift }: Pick<FeedbackLink, 'zoom' | 'rotate' | 'shift'>): DecodedPicture {
  if (zoom === 1 && rotate === 0 && shift[0] === 0 && shift[1] === 0) return picture;
  const { height, width, pixels } = picture;
  const moved = new Uint8Array(pixels.length);
  const angle = (rotate * Math.PI) / 180;
  const cosine = Math.cos(angle) / zoom;
  const sine = Math.sin(angle) / zoom;
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const across = x - middleX - shift[0] * width;
      const down = y - middleY - shift[1] * height;
      samplePixel(picture, middleX + cosine * across - sine * down, middleY + sine * across + cosine * down, moved, at);
    }
  }
  return { height, width, pixels: moved };
}

function samplePixel({ height, width, pixels }: DecodedPicture, x: number, y: number, into: Uint8Array, at: number): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const low = y - top;
  const a = (mirror(top, height) * width + mirror(left, width)) * 4;
  const b = (mirror(top, height) * width + mirror(left + 1, width)) * 4;
  const c = (mirror(top + 1, height) * width + mirror(left, width)) * 4;
  const d = (mirror(top + 1, height) * width + mirror(left + 1, width)) * 4;
  for (let k = 0; k < 3; k++) {
    const above = (pixels[a + k] as number) * (1 - right) + (pixels[b + k] as number) * right;
    const below = (pixels[c + k] as number) * (1 - right) + (pixels[d + k] as number) * right;
    into[at + k] = Math.round(above * (1 - low) + below * low);
  }
  into[at + 3] = 255;
}

/** Index within 0 … size − 1, going back and forth beyond the edges. */
function mirror(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((index % period) + period) % period;
  return within < size ? within : period - within;
}

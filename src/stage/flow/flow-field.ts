/**
 * Runs the flow's passes (flow-shaders.ts) over two generated frames, once for each pair that is shown. Work for a pair of
 * 448 x 256: 77 small passes, 5.7 million texture reads by a count on paper (docs/stage.md); not measured on a GPU.
 */

import { ClampToEdgeWrapping, HalfFloatType, LinearFilter, NoColorSpace, RGBAFormat, Vector2, WebGLRenderTarget, type Texture, type WebGLRenderer } from 'three';

import { Pass, uniformsOf } from '../passes.ts';
import { flowLevels, STEPS_PER_LEVEL } from './flow-settings.ts';
import { AVERAGE, BELIEVE, GATHER, HALVE, REFINE, RESIDUAL, SLOPES, SMOOTH, SOLVE } from './flow-shaders.ts';

interface Level {
  readonly width: number;
  readonly height: number;
  readonly first: WebGLRenderTarget;
  readonly second: WebGLRenderTarget;
  readonly products: WebGLRenderTarget;
  readonly gathered: WebGLRenderTarget;
  readonly spare: WebGLRenderTarget;
  readonly across: WebGLRenderTarget;
  readonly smoothed: WebGLRenderTarget;
  readonly flow: WebGLRenderTarget;
}

/** Cells of the first averaging; the second makes one of them. */
const CELLS = { width: 14, height: 8 } as const;

const sized = (): Vector2 => new Vector2(1, 1);

export class FlowField {
  readonly #halve = new Pass(HALVE, uniformsOf({ picture: null, pictureSize: sized() }), 'flow-halve');
  readonly #refine = new Pass(REFINE, uniformsOf({ flow: null }), 'flow-refine');
  readonly #slopes = new Pass(SLOPES, uniformsOf({ first: null, second: null, flow: null, size: sized() }), 'flow-slopes');
  readonly #gather = new Pass(GATHER, uniformsOf({ products: null, others: null, size: sized() }), 'flow-gather');
  readonly #solve = new Pass(SOLVE, uniformsOf({ products: null, others: null, flow: null, size: sized() }), 'flow-solve');
  readonly #smooth = new Pass(SMOOTH, uniformsOf({ picture: null, along: sized() }), 'flow-smooth');
  readonly #residual = new Pass(RESIDUAL, uniformsOf({ first: null, second: null, flow: null, size: sized() }), 'flow-residual');
  readonly #average = new Pass(AVERAGE, uniformsOf({ picture: null, pictureSize: sized(), cells: sized() }), 'flow-average');
  readonly #believe = new Pass(BELIEVE, uniformsOf({ flow: null, residual: null, mean: null, size: sized() }), 'flow-believe');
  #levels: Level[] = [];
  #cells = flowTarget(CELLS.width, CELLS.height);
  #mean = flowTarget(1, 1);
  #field = flowTarget(1, 1);
  #width = 0;
  #height = 0;

  /** Motion in fractions of the picture (xy) and how far it is believed (z), top row first; the same texture at every call. */
  compute(renderer: WebGLRenderer, first: Texture, second: Texture, width: number, height: number): Texture {
    this.#fit(width, height);
    this.#buildPyramid(renderer, first, second, width, height);
    this.#levels.toReversed().forEach((level, i, levels) => this.#flowAt(renderer, level, levels[i - 1]));
    this.#judge(renderer);
    return this.#field.texture;
  }

  dispose(): void {
    this.#disposeTargets();
    for (const pass of [this.#halve, this.#refine, this.#slopes, this.#gather, this.#solve, this.#smooth, this.#residual, this.#average, this.#believe]) pass.dispose();
  }

  #buildPyramid(renderer: WebGLRenderer, first: Texture, second: Texture, width: number, height: number): void {
    let above = { first, second, width, height };
    for (const level of this.#levels) {
      for (const side of ['first', 'second'] as const) {
        this.#halve.set('picture', above[side]);
        this.#halve.setVector('pictureSize', above.width, above.height);
        this.#halve.draw(renderer, level[side]);
      }
      above = { first: level.first.texture, second: level.second.texture, width: level.width, height: level.height };
    }
  }

  /** The flow of one level, begun from the coarser one (none: from rest). */
  #flowAt(renderer: WebGLRenderer, level: Level, coarser: Level | undefined): void {
    if (coarser === undefined) clear(renderer, level.flow);
    else {
      this.#refine.set('flow', coarser.flow.texture);
      this.#refine.draw(renderer, level.flow);
    }
    for (const pass of [this.#slopes, this.#gather, this.#solve]) pass.setVector('size', level.width, level.height);
    for (let step = 0; step < STEPS_PER_LEVEL; step++) this.#step(renderer, level);
  }

  #step(renderer: WebGLRenderer, level: Level): void {
    this.#slopes.set('first', level.first.texture);
    this.#slopes.set('second', level.second.texture);
    this.#slopes.set('flow', level.flow.texture);
    this.#slopes.draw(renderer, level.products);
    this.#gather.set('products', level.products.textures[0]);
    this.#gather.set('others', level.products.textures[1]);
    this.#gather.draw(renderer, level.gathered);
    this.#solve.set('products', level.gathered.textures[0]);
    this.#solve.set('others', level.gathered.textures[1]);
    this.#solve.set('flow', level.flow.texture);
    this.#solve.draw(renderer, level.spare);
    this.#smoothInto(renderer, level, level.spare.texture, level.flow);
  }

  #smoothInto(renderer: WebGLRenderer, level: Level, source: Texture, target: WebGLRenderTarget): void {
    this.#smooth.set('picture', source);
    this.#smooth.setVector('along', 1 / level.width, 0);
    this.#smooth.draw(renderer, level.across);
    this.#smooth.set('picture', level.across.texture);
    this.#smooth.setVector('along', 0, 1 / level.height);
    this.#smooth.draw(renderer, target);
  }

  #judge(renderer: WebGLRenderer): void {
    const level = this.#levels[0] as Level;
    for (const [name, texture] of [['first', level.first.texture], ['second', level.second.texture], ['flow', level.flow.texture]] as const) this.#residual.set(name, texture);
    this.#residual.setVector('size', level.width, level.height);
    this.#residual.draw(renderer, level.spare);
    this.#averageInto(renderer, level.spare.texture, level, this.#cells);
    this.#averageInto(renderer, this.#cells.texture, this.#cells, this.#mean);
    this.#smoothInto(renderer, level, level.spare.texture, level.smoothed);
    this.#believe.set('flow', level.flow.texture);
    this.#believe.set('residual', level.smoothed.texture);
    this.#believe.set('mean', this.#mean.texture);
    this.#believe.setVector('size', level.width, level.height);
    this.#believe.draw(renderer, this.#field);
  }

  #averageInto(renderer: WebGLRenderer, picture: Texture, size: { readonly width: number; readonly height: number }, target: WebGLRenderTarget): void {
    this.#average.set('picture', picture);
    this.#average.setVector('pictureSize', size.width, size.height);
    this.#average.setVector('cells', target.width, target.height);
    this.#average.draw(renderer, target);
  }

  #fit(width: number, height: number): void {
    if (width === this.#width && height === this.#height) return;
    this.#disposeTargets();
    [this.#width, this.#height] = [width, height];
    this.#levels = flowLevels(width, height).map((size) => {
      const make = (count = 1): WebGLRenderTarget => flowTarget(size.width, size.height, count);
      return { ...size, first: make(), second: make(), products: make(2), gathered: make(2), spare: make(), across: make(), smoothed: make(), flow: make() };
    });
    const finest = this.#levels[0] as Level;
    this.#cells = flowTarget(Math.min(CELLS.width, finest.width), Math.min(CELLS.height, finest.height));
    this.#mean = flowTarget(1, 1);
    this.#field = flowTarget(finest.width, finest.height);
  }

  #disposeTargets(): void {
    for (const { first, second, products, gathered, spare, across, smoothed, flow } of this.#levels) for (const target of [first, second, products, gathered, spare, across, smoothed, flow]) target.dispose();
    for (const target of [this.#cells, this.#mean, this.#field]) target.dispose();
    this.#levels = [];
  }
}

function clear(renderer: WebGLRenderer, target: WebGLRenderTarget): void {
  renderer.setRenderTarget(target);
  renderer.setClearColor(0x000000, 0);
  renderer.clear(true, false, false);
}

function flowTarget(width: number, height: number, count = 1): WebGLRenderTarget {
  return new WebGLRenderTarget(width, height, {
    count, format: RGBAFormat, type: HalfFloatType, minFilter: LinearFilter, magFilter: LinearFilter, wrapS: ClampToEdgeWrapping, wrapT: ClampToEdgeWrapping,
    depthBuffer: false, stencilBuffer: false, generateMipmaps: false, colorSpace: NoColorSpace,
  });
}

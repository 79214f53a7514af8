/**
 * The stage page. `/` shows the start card; `?autoplay=1` plays without a click where the browser allows it; `?obs=1` is
 * the bare picture for a capture; `?render=1` is stepped by the exporter. The outermost driver: only here a clock is read.
 */

import { startCalibration } from './page/calibration.ts';
import { Connection } from './connection.ts';
import { DisplayOffset } from './page/display-offset.ts';
import { hidePointer, keepAwake } from './page/display.ts';
import { h } from './page/dom.ts';
import { GeometryEditor } from './geometry/geometry-editor.ts';
import { reloadUnlessRestored } from './gl-watch.ts';
import { Painter } from './painter.ts';
import { PLAIN_OUTPUT, type OutputSettings } from '../protocol/output-settings.ts';
import { createRenderContract, type RenderContract } from './render-page.ts';
import { ShowSession } from './show-session.ts';
import { SoundConductor } from './sound/sound-conductor.ts';
import { StageLoop } from './stage-loop.ts';
import { StageInterface } from './stage-interface.ts';
import type { Probe } from './probe.ts';

declare global {
  interface Window {
    latentbeatProbe?: Probe;
    latentbeatRender?: RenderContract;
  }
}

const query = new URLSearchParams(location.search);
const isRender = query.get('render') === '1';
const isBare = isRender || query.get('obs') === '1';
/** Which geometry this page has, and how it calls itself on a test card. */
const outputName = (query.get('output') ?? 'stage').slice(0, 40);

const offset = new DisplayOffset(query, localStorage);

const canvas = h('canvas', { class: 'stage', id: 'stage' });
if (query.get('calibrate') === '1') startCalibration(offset);
else {
  document.body.append(canvas);
  document.body.classList.toggle('bare', isBare);
  document.documentElement.classList.toggle('obs', query.get('obs') === '1');
  start();
}

function start(): void {
  const painter = createPainter((name, text) => {
    announceFault(`shaders/${name}.frag does not compile: ${text}.`);
    // The server tells the panels.
    if (!isRender) connection.send({ type: 'effectFault', name, text: text.slice(0, 400) });
  });
  if (painter === null) return;
  const connection: Connection = new Connection(isRender ? 'render' : 'stage', {
    onMessage: (message) => {
      session.receive(message);
      if (message.type === 'outputs' && !isRender) takeOutput(message.outputs[outputName] ?? PLAIN_OUTPUT, painter, editor);
      conductor.update();
      page?.receive(message);
    },
    onFrame: (bytes) => void session.receiveFrame(bytes),
    onLine: (connected) => {
      loop.probe.connected = connected;
      page?.setLine(connected);
    },
  });
  const session = new ShowSession(connection.clock, {
    onEffects: (effects, chain) => painter.setEffects(effects, chain),
    onFault: (text) => page?.toasts.show('warn', text),
    releaseFrame: (pixels) => painter.textures.release(pixels),
  });
  const conductor = new SoundConductor(connection, session, (text) => page?.toasts.show('warn', text));
  const page = isBare ? null : new StageInterface({ connection, session, conductor, autoplay: query.get('autoplay') === '1', beatToLight: () => loop.beatLight.summary?.p95 ?? null });
  const loop = new StageLoop(painter, session, { isIdle: () => page?.isIdle ?? false, adapt: !isRender && query.get('quality') !== 'fixed', outputName, isRender });
  const editor = isRender ? null : new GeometryEditor(outputName, (settings) => painter.setOutput(settings), (settings) => connection.send({ type: 'output', name: outputName, settings }), (card) => connection.send({ type: 'value', path: '/stage/test', value: card, source: 'key' }));
  window.latentbeatProbe = loop.probe;
  loop.probe.renderer = rendererName(painter);
  loop.probe.oldestDue = () => session.frames.firstDue;
  loop.probe.gpuObjects = () => {
    const { memory, programs } = painter.renderer.info;
    return { textures: memory.textures, geometries: memory.geometries, programs: programs?.length ?? 0 };
  };
  connection.start();
  if (isRender) startRender(session, painter, loop);
  else startDisplay({ connection, session, conductor, loop, page });
}

interface Display {
  readonly connection: Connection;
  readonly session: ShowSession;
  readonly conductor: SoundConductor;
  readonly loop: StageLoop;
  readonly page: StageInterface | null;
}

function startDisplay({ connection, session, conductor, loop, page }: Display): void {
  session.displayOffset = offset.seconds;
  // Calibrated in another tab: taken over at once.
  addEventListener('storage', () => (session.displayOffset = offset.seconds));
  reloadUnlessRestored(canvas);
  const fit = (): void => loop.setSize(innerWidth, innerHeight, devicePixelRatio);
  window.addEventListener('resize', fit);
  fit();
  keepAwake();
  hidePointer(() => page?.mayHidePointer ?? true);
  const drawNext = (instant: number): void => {
    const heard = conductor.heardAt(instant);
    const time = session.displayTime(instant, heard);
    if (loop.draw(time, instant, heard)) canvas.classList.add('lit');
    loop.probe.framesReceived = session.received;
    loop.probe.beatToLight = loop.beatLight.summary?.p95 ?? null;
    loop.probe.framesStored = session.frames.size;
    conductor.tend(instant);
    page?.tick(time);
    requestAnimationFrame(drawNext);
  };
  requestAnimationFrame(drawNext);
  setInterval(() => connection.send({ type: 'drawn', dropped: loop.probe.starvedFrames, drawTimeP95: loop.quality.p95, flashHeadroom: loop.flashHeadroom, beatToLight: loop.beatLight.summary?.p95 ?? null }), 500);
  // A hidden tab gets no display frames, but the sound goes on and must be fed and reported, and old pictures must go.
  setInterval(() => {
    if (!document.hidden) return;
    const instant = performance.now();
    conductor.tend(instant);
    session.frames.prune(session.displayTime(instant, conductor.heardAt(instant)), session.transport?.loop);
  }, 150);
}

function startRender(session: ShowSession, painter: Painter, loop: StageLoop): void {
  const size = (name: string, fallback: number): number => Math.max(2, Number(query.get(name)) || fallback);
  const width = size('width', innerWidth);
  const height = size('height', innerHeight);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.classList.add('lit');
  loop.setSize(width, height, 1);
  window.latentbeatRender = createRenderContract(session, painter, loop, size('fps', 30));
}

/** What the server keeps of this output's geometry; hands on this page come first. */
function takeOutput(settings: OutputSettings, painter: Painter, editor: GeometryEditor | null): void {
  if (editor?.isOpen === true) return;
  painter.setOutput(settings);
  editor?.setSettings(settings);
}

/** Null, with a sentence on the page, where there is no WebGL 2. */
function createPainter(onEffectError: (name: string, text: string) => void): Painter | null {
  try {
    return new Painter(canvas, { readable: isRender, onEffectError });
  } catch {
    document.body.append(h('p', { class: 'no-gl' }, 'This browser has no WebGL 2, which the stage draws with: update it, or switch hardware acceleration on in its settings.'));
    return null;
  }
}

/** The interface listens for it and shows a notice. */
function announceFault(text: string): void {
  window.dispatchEvent(new CustomEvent('latentbeat-effect-fault', { detail: text }));
}

function rendererName(painter: Painter): string {
  const gl = painter.renderer.getContext();
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  return String(gl.getParameter(info === null ? gl.RENDERER : info.UNMASKED_RENDERER_WEBGL));
}

/** Test cards drawn into a canvas: grid and circles, ramp, bars, the output's name, and the ground of the sync card. */

export const TEST_CARDS = ['off', 'grid', 'circles', 'ramp', 'bars', 'id', 'sync'] as const;
export type TestCard = (typeof TEST_CARDS)[number];

/** EBU 75 % bars, white first. */
const BARS = ['#bfbfbf', '#bfbf00', '#00bfbf', '#00bf00', '#bf00bf', '#bf0000', '#0000bf', '#000000'];
const LINE = '#e8eef2';

/** Draws a card of the output `name` (width x height pixels). */
export function drawTestCard(card: Exclude<TestCard, 'off'>, name: string, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.fillStyle = '#000';
  context.fillRect(0, 0, width, height);
  const painters: Record<Exclude<TestCard, 'off'>, () => void> = {
    grid: () => drawGrid(context, width, height),
    circles: () => {
      drawGrid(context, width, height);
      drawCircles(context, width, height);
    },
    ramp: () => drawRamp(context, width, height),
    bars: () => BARS.forEach((colour, i) => {
      context.fillStyle = colour;
      context.fillRect(Math.round((i * width) / 8), 0, Math.ceil(width / 8), height);
    }),
    id: () => drawGrid(context, width, height),
    sync: () => drawSync(context, width, height),
  };
  painters[card]();
  if (card !== 'ramp' && card !== 'bars') drawBorder(context, width, height);
  drawName(context, card === 'id' ? name : `${name} · ${width}×${height}`, width, height, card === 'id' ? 0.3 : 0.045, card === 'id' || card === 'sync' ? 0.5 : 0.94);
  return canvas;
}

/** Sixteen cells across, square ones. */
function drawGrid(context: CanvasRenderingContext2D, width: number, height: number): void {
  const cell = width / 16;
  context.strokeStyle = '#5d6b76';
  context.lineWidth = Math.max(1, width / 960);
  context.beginPath();
  for (let i = 1; i < 16; i++) line(context, i * cell, 0, i * cell, height);
  for (let y = height / 2 - Math.floor(height / 2 / cell) * cell; y < height; y += cell) line(context, 0, y, width, y);
  context.stroke();
  context.strokeStyle = LINE;
  context.lineWidth *= 2;
  context.beginPath();
  line(context, width / 2, 0, width / 2, height);
  line(context, 0, height / 2, width, height / 2);
  context.stroke();
}

function drawCircles(context: CanvasRenderingContext2D, width: number, height: number): void {
  const radius = Math.min(width, height) / 2;
  const small = radius * 0.22;
  const circles = [[width / 2, height / 2, radius * 0.96], [width / 2, height / 2, radius * 0.5], ...[0, 1, 2, 3].map((i) => [i % 2 === 0 ? small * 1.15 : width - small * 1.15, i < 2 ? small * 1.15 : height - small * 1.15, small])];
  context.strokeStyle = '#ffb454';
  context.lineWidth = Math.max(2, width / 480);
  for (const [x = 0, y = 0, r = 1] of circles) {
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** A smooth ramp, the same in 16 steps, and the darkest and brightest eighths spread out. */
function drawRamp(context: CanvasRenderingContext2D, width: number, height: number): void {
  const band = height / 4;
  const ramp = (y: number, from: number, to: number): void => {
    const gradient = context.createLinearGradient(0, 0, width, 0);
    gradient.addColorStop(0, `rgb(${from},${from},${from})`);
    gradient.addColorStop(1, `rgb(${to},${to},${to})`);
    context.fillStyle = gradient;
    context.fillRect(0, y, width, Math.ceil(band));
  };
  ramp(0, 0, 255);
  for (let i = 0; i < 16; i++) {
    const shade = Math.round((i * 255) / 15);
    context.fillStyle = `rgb(${shade},${shade},${shade})`;
    context.fillRect((i * width) / 16, band, Math.ceil(width / 16), Math.ceil(band));
  }
  ramp(2 * band, 0, 32);
  ramp(3 * band, 223, 255);
}

/** A scale of tenths of a second: the bar crosses the middle on the beep. */
function drawSync(context: CanvasRenderingContext2D, width: number, height: number): void {
  context.strokeStyle = LINE;
  context.fillStyle = LINE;
  context.font = `${Math.round(height / 26)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  for (let tick = 0; tick <= 20; tick++) {
    const x = (tick * width) / 20;
    const tall = tick % 2 === 0 ? height * 0.1 : height * 0.05;
    context.lineWidth = tick === 10 ? width / 240 : width / 960;
    context.beginPath();
    line(context, x, height * 0.7 - tall, x, height * 0.7 + (tick === 10 ? height : tall));
    context.stroke();
    if (tick % 2 === 0 && tick > 0 && tick < 20) context.fillText(tick === 10 ? 'beep' : `${(tick - 10) * 50} ms`, x, height * 0.7 - tall - height * 0.02);
  }
}

function drawBorder(context: CanvasRenderingContext2D, width: number, height: number): void {
  const thick = Math.max(2, Math.round(width / 320));
  context.strokeStyle = '#ff5a4f';
  context.lineWidth = thick;
  context.strokeRect(thick / 2, thick / 2, width - thick, height - thick);
}

function drawName(context: CanvasRenderingContext2D, text: string, width: number, height: number, size: number, place: number): void {
  context.font = `600 ${Math.round(height * size)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const wide = Math.min(width * 0.94, context.measureText(text).width + height * size * 0.8);
  context.fillStyle = 'rgba(0,0,0,0.75)';
  context.fillRect((width - wide) / 2, height * (place - size * 0.62), wide, height * size * 1.24);
  context.fillStyle = '#fff';
  context.fillText(text, width / 2, height * place, width * 0.9);
  context.textBaseline = 'alphabetic';
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
}

/**
 * `doctor`: what this machine has, a green ✓ or a red ✗ a line. Missing essentials (Node, the runtime, the model, a cache
 * folder) end with exit code 4; all else has a way without it, which the line names.
 */

import { createSocket } from 'node:dgram';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../audio/cache.ts';
import { listInputDevices } from '../audio/capture.ts';
import { hasNodeAv } from '../audio/node-av.ts';
import { packageRoot } from '../base/entry.ts';
import { messageOf, UserError } from '../base/errors.ts';
import { print } from '../base/log.ts';
import { findDamage, readModelFolder } from '../diffusion/folder.ts';
import { CUDA_INSTALL, listMissingProviders, listProviders, providersToTry } from '../onnx/providers.ts';
import { probeProvider } from '../onnx/probe.ts';
import { openVideoBackend } from '../video/backend.ts';
import { findBrowser } from '../video/browser.ts';
import { probeBrowser } from './browser-probe.ts';

/** How a check went: 'bad' is essential, 'poor' has a way without. */
export interface Finding {
  readonly state: 'good' | 'poor' | 'bad';
  readonly topic: string;
  readonly text: string;
}

const OLDEST_NODE = 20;
const CACHE_ROOM_GB = 2;

export async function doctorCommand(): Promise<void> {
  const findings: Finding[] = [];
  for (const check of [checkNode, checkProcessor, checkProviders, checkModel, checkCache, checkBrowser, checkVideo, checkInputs, checkPages, checkOsc]) {
    for (const finding of await check()) {
      findings.push(finding);
      print(formatFinding(finding));
    }
  }
  const missing = findings.filter(({ state }) => state === 'bad').map(({ topic }) => topic);
  if (missing.length > 0) throw new UserError('device', `latentbeat cannot run here yet: mend ${missing.join(', ')} (see above).`);
  print('\nThis machine can play a show.');
}

export function formatFinding({ state, topic, text }: Finding, colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined): string {
  const mark = state === 'good' ? '✓' : '✗';
  const code = { good: 32, poor: 33, bad: 31 }[state];
  return `${colour ? `\u001B[${code}m${mark}\u001B[0m` : mark} ${topic.padEnd(10)} ${text}`;
}

type Findings = readonly Finding[];

function checkNode(): Findings {
  const isNew = Number(process.versions.node.split('.')[0]) >= OLDEST_NODE;
  return [{ state: isNew ? 'good' : 'bad', topic: 'node', text: `${process.version} on ${process.platform} ${process.arch}${isNew ? '' : `: version ${OLDEST_NODE} or newer is needed`}` }];
}

function checkProcessor(): Findings {
  const text = `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  return [{ state: 'good', topic: 'processor', text }];
}

/** Each provider is tried with a graph of one node: what is listed may still find no device. */
async function checkProviders(): Promise<Findings> {
  const findings: Finding[] = [];
  for (const name of listProviders()) {
    const failure = await probeProvider(name);
    findings.push(failure === undefined ? { state: 'good', topic: 'provider', text: `${name} draws` } : { state: 'poor', topic: 'provider', text: `${name} finds no device here (${failure})` });
  }
  const missing = listMissingProviders().filter((name) => name === 'cuda' || name === 'tensorrt');
  if (missing.length > 0) findings.push({ state: 'poor', topic: 'provider', text: `${missing.join(', ')}: not fetched; with an NVIDIA GPU, CUDA 12 and cuDNN 9: ${CUDA_INSTALL}` });
  findings.push({ state: 'good', topic: 'provider', text: `--provider auto tries ${providersToTry('auto').join(', then ')}` });
  return findings;
}

async function checkModel(): Promise<Findings> {
  try {
    const folder = await readModelFolder(fileURLToPath(new URL('models/embedded', packageRoot(import.meta.url))));
    const damage = await findDamage(folder.path);
    if (damage.length > 0) return [{ state: 'bad', topic: 'model', text: `${folder.path}: ${damage.join(', ')}; install latentbeat again` }];
    return [{ state: 'good', topic: 'model', text: `${folder.name}, ${folder.native.width}x${folder.native.height}, every file as shipped (sha256)` }];
  } catch (thrown) {
    return [{ state: 'bad', topic: 'model', text: messageOf(thrown) }];
  }
}

async function checkCache(): Promise<Findings> {
  try {
    const folder = cacheFolder();
    const about = await statfs(folder);
    const free = (about.bavail * about.bsize) / 1e9;
    const text = `${free.toFixed(0)} GB free in ${folder}`;
    return [free >= CACHE_ROOM_GB ? { state: 'good', topic: 'disk', text } : { state: 'poor', topic: 'disk', text: `${text}: long tracks and videos want ${CACHE_ROOM_GB} GB, set LATENTBEAT_CACHE to another disk` }];
  } catch (thrown) {
    return [{ state: 'bad', topic: 'disk', text: messageOf(thrown) }];
  }
}

async function checkBrowser(): Promise<Findings> {
  const path = findBrowser();
  if (path === null) return [{ state: 'poor', topic: 'browser', text: 'no Chromium, Chrome or Edge found: videos come without look effects (--plain); for the stage open the page in any browser' }];
  try {
    const { version, renderer, isSoftware, soundOutputs } = await probeBrowser(path);
    return [
      { state: 'good', topic: 'browser', text: `${version} at ${path}` },
      isSoftware ? { state: 'poor', topic: 'gpu', text: `${renderer}: pictures are drawn by the processor, so keep the stage small or plug in a GPU` } : { state: 'good', topic: 'gpu', text: renderer },
      soundOutputs > 0 ? { state: 'good', topic: 'sound', text: `${soundOutputs} outputs` } : { state: 'poor', topic: 'sound', text: 'no output found: the show runs silent' },
    ];
  } catch (thrown) {
    return [{ state: 'poor', topic: 'browser', text: `${path} does not start: ${messageOf(thrown).split('\n')[0]}` }];
  }
}

async function checkVideo(): Promise<Findings> {
  try {
    return [{ state: 'good', topic: 'video', text: `encoder ${(await openVideoBackend()).name}` }];
  } catch (thrown) {
    return [{ state: 'poor', topic: 'video', text: messageOf(thrown) }];
  }
}

/** What `play --input live --device NAME` can listen to; pages have their browser's own inputs. */
async function checkInputs(): Promise<Findings> {
  const devices = await listInputDevices();
  if (devices.length === 0) return [{ state: 'poor', topic: 'input', text: (await hasNodeAv()) ? 'no sound input found for --device; a page may have one (Listen)' : 'no node-av, so no --device; a page may have an input (Listen)' }];
  return devices.map(({ name, description, isDefault }) => ({ state: 'good', topic: 'input', text: `${name}${description === '' || description === name ? '' : ` (${description})`}${isDefault ? ', the default' : ''}` }));
}

async function checkPages(): Promise<Findings> {
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(4040, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return [portFinding('pages', 'port 4040', isFree)];
}

async function checkOsc(): Promise<Findings> {
  const isFree = await new Promise<boolean>((resolve) => {
    const socket = createSocket('udp4').once('error', () => resolve(false));
    socket.bind({ port: 9000, address: '127.0.0.1', exclusive: true }, () => socket.close(() => resolve(true)));
  });
  return [portFinding('osc', 'UDP port 9000', isFree)];
}

function portFinding(topic: string, port: string, isFree: boolean): Finding {
  return isFree ? { state: 'good', topic, text: `${port} is free` } : { state: 'poor', topic, text: `${port} is busy: the next free one is taken, and said aloud` };
}

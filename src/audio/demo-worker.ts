/** Worker thread: synthesises the demo and writes it to the path given as workerData. */

import { workerData } from 'node:worker_threads';
import { synthesiseDemo } from './demo.ts';
import { writeWav } from './wav.ts';

const { samples, sampleRate, channels } = synthesiseDemo();
await writeWav(workerData as string, samples, sampleRate, channels);

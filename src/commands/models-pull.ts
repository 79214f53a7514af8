/** `models pull`: a model from the hub, with progress; Ctrl-C stops it, the same command goes on. */

import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { UserError } from '../base/errors.ts';
import { notify, print } from '../base/log.ts';
import { parseRepository } from '../hub/repository.ts';
import { pullModel } from '../hub/pull.ts';
import { OPTIONAL_PARTS } from '../hub/select.ts';
import type { OptionalPart } from '../hub/select.ts';
import { pulledFolder } from './models-folder.ts';
import { Progress } from './progress.ts';

export interface PullFlags {
  readonly out?: string;
  readonly hub?: string;
  readonly revision: string;
  readonly with: readonly string[];
}

export async function pullCommand(id: string, options: PullFlags): Promise<void> {
  const repository = parseRepository(id, options.hub, options.revision);
  const optional = options.with.map(optionalPart);
  const folder = options.out === undefined ? pulledFolder(id) : resolve(options.out);
  const progress = new Progress();
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal);
  try {
    notify('info', `fetching ${id} into ${folder} …`);
    const { files, bytes, kept } = await pullModel(repository, folder, {
      optional,
      signal: stop.signal,
      onNotice: (text) => notify('warn', text),
      onProgress: ({ doneBytes, totalBytes, file }) => progress.update({ fraction: doneBytes / Math.max(1, totalBytes), text: 'fetching', detail: `${file} (${(doneBytes / 1e9).toFixed(2)} of ${(totalBytes / 1e9).toFixed(2)} GB)` }, performance.now()),
    });
    progress.end();
    print(`${id} is in ${folder}: ${files} files, ${(bytes / 1e9).toFixed(2)} GB${kept === 0 ? '' : `, ${kept} of them were there already`}. Use it with --model ${options.out === undefined ? id : options.out}.`);
  } catch (reason) {
    if (stop.signal.aborted) throw new UserError('again', `The download was stopped: the same command goes on where it stopped.`, { cause: reason });
    throw reason;
  } finally {
    progress.end();
    process.off('SIGINT', onSignal);
  }
}

function optionalPart(name: string): OptionalPart {
  const part = OPTIONAL_PARTS.find((known) => known === name);
  if (part === undefined) throw new UserError('usage', `--with is ${OPTIONAL_PARTS.join(', ')}, and "${name}" came.`);
  return part;
}

/**
 * Opens and runs graphs; with providers.ts the only importer of onnxruntime-node. A session takes and gives plain tensors;
 * float16 graphs are fed and read as float32. `run` blocks its thread (the native call is synchronous), so it belongs in
 * a worker of the inference process. Providers fall through: what the machine lacks is answered by the next one with one
 * clear line.
 */

import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError, messageOf } from '../base/errors.ts';
import { inspectGraph } from './graph-file.ts';
import { halfToFloat, floatToHalf } from './half.ts';
import { withInnerOutputs } from './inner-outputs.ts';
import { providersToTry } from './providers.ts';
import type { PlainTensor, TensorData, TensorInfo } from './types.ts';

export type { PlainTensor, TensorData, TensorInfo } from './types.ts';

export interface SessionOptions {
  /** One of PROVIDERS (provider-names.ts); default 'cpu'. A named one is tried before the processor. */
  readonly provider?: string;
  /** No other provider is tried. */
  readonly only?: boolean;
  /** Threads within one operator; default 1. */
  readonly threads?: number;
  /** Values inside the graph that become outputs too. */
  readonly inner?: readonly string[] | undefined;
  readonly onNotice?: (text: string) => void;
  /** For benches: told of each run, with a way to do the bare native call again on the same inputs. */
  readonly onRun?: ((again: () => Promise<unknown>) => void) | undefined;
}

export interface OnnxSession {
  /** The provider that was found to work. */
  readonly provider: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * Numbers are converted to the graph's types (float32 ↔ float16, int32 ↔ int64, rounded), and the rank of a single
   * number to the graph's ([] ↔ [1] ↔ [batch]). Results are float32 or integers. Only `wanted` outputs are computed
   * and read where they are named.
   */
  run(feeds: Readonly<Record<string, PlainTensor>>, wanted?: readonly string[]): Promise<Record<string, PlainTensor>>;
  release(): Promise<void>;
}

/** Loads a graph. Throws a UserError 'device' that names the file when no provider can run it. */
export async function createSession(file: string, options: SessionOptions = {}): Promise<OnnxSession> {
  const { provider: wanted = 'cpu', only = false, threads = 1, inner = [], onNotice, onRun } = options;
  const failures: string[] = [];
  for (const provider of only ? [wanted] : providersToTry(wanted)) {
    try {
      const session = inner.length === 0 ? await InferenceSession.create(file, sessionOptions(provider, threads)) : await createWithInner(file, inner, sessionOptions(provider, threads));
      if (failures.length > 0) onNotice?.(`onnxruntime cannot use ${failures.join(', ')} here; ${provider} draws instead.`);
      return wrapSession(session, provider, onRun);
    } catch (reason) {
      failures.push(`${provider} (${reasonOf(reason)})`);
    }
  }
  throw new UserError('device', `${file} cannot be loaded: ${failures.join('; ')}; check the file with \`latentbeat models check\`.`);
}

/** From bytes, with the weight files beside the graph read too. */
async function createWithInner(file: string, inner: readonly string[], options: InferenceSession.SessionOptions): Promise<InferenceSession> {
  const folder = dirname(file);
  const { weights } = inspectGraph(file, folder);
  const externalData = await Promise.all(weights.map(async (path) => ({ path: relative(folder, path).replaceAll('\\', '/'), data: await readFile(path) })));
  return InferenceSession.create(await withInnerOutputs(file, inner), { ...options, ...(externalData.length === 0 ? {} : { externalData }) });
}

function sessionOptions(provider: string, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    // A waiting pool that spins would take the cores that decoding and drawing on stage need.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

function wrapSession(session: InferenceSession, provider: string, onRun: SessionOptions['onRun']): OnnxSession {
  const inputs = session.inputMetadata.map(describeTensor);
  const outputs = session.outputMetadata.map(describeTensor);
  const all = outputs.map(({ name }) => name);
  return {
    provider,
    inputs,
    outputs,
    run: async (feeds, wanted = all) => {
      const native = Object.fromEntries(inputs.map((info) => [info.name, toNative(feeds[info.name], info)]));
      const results = await session.run(native, wanted);
      onRun?.(() => session.run(native, wanted));
      return Object.fromEntries(wanted.map((name) => [name, fromNative(results[name] as Tensor)]));
    },
    release: () => session.release(),
  };
}

function describeTensor(value: InferenceSession.ValueMetadata): TensorInfo {
  return value.isTensor ? { name: value.name, type: value.type, dims: value.shape } : { name: value.name, type: 'not a tensor', dims: [] };
}

function toNative(tensor: PlainTensor | undefined, info: TensorInfo): Tensor {
  if (tensor === undefined) throw new Error(`the graph's input ${info.name} was not fed`);
  const { data } = tensor;
  const dims = dimsFor(tensor, info);
  switch (info.type) {
    case 'float32':
      return new Tensor('float32', toFloats(data), dims);
    case 'float16':
      return halfTensor(toFloats(data), dims);
    case 'int64':
      return new Tensor('int64', data instanceof BigInt64Array ? data : BigInt64Array.from(data as Float32Array as unknown as number[], (n) => BigInt(Math.round(n))), dims);
    case 'int32':
      return new Tensor('int32', data instanceof Int32Array ? data : Int32Array.from(data as Float32Array, (n: number | bigint) => Math.round(Number(n))), dims);
    case 'float64':
      return new Tensor('float64', Float64Array.from(data as Float32Array, Number), dims);
    default:
      throw new UserError('device', `the graph's input ${info.name} wants ${info.type}, which is not supported; export the model with float32, float16, int32 or int64 inputs.`);
  }
}

/** A single number takes the rank of the graph's input. */
function dimsFor({ data, dims }: PlainTensor, info: TensorInfo): readonly number[] {
  if (data.length !== 1 || dims.length > 1 || info.dims.length > 1) return dims;
  return info.dims.length === 0 ? [] : [1];
}

function toFloats(data: TensorData): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data as Int32Array, Number);
}

function fromNative(tensor: Tensor): PlainTensor {
  const { data, dims } = tensor;
  if (tensor.type === 'float16') return { data: halfToFloat(wordsOf(data as unknown as Uint16Array)), dims };
  if (tensor.type === 'float64') return { data: Float32Array.from(data as Float64Array), dims };
  return { data: data as TensorData, dims };
}

/**
 * A float16 tensor of 16-bit words. Where a runtime has Float16Array (Node 24), onnxruntime-common makes one of the words
 * and the binding then sees no bytes ("not enough space", onnxruntime issues 26791 and 27327): the words are put back.
 */
function halfTensor(values: Float32Array, dims: readonly number[]): Tensor {
  const words = floatToHalf(values);
  const tensor = new Tensor('float16', words, dims);
  const inner = tensor as unknown as { cpuData: ArrayBufferView };
  if (!(inner.cpuData instanceof Uint16Array)) inner.cpuData = words;
  return tensor;
}

function wordsOf(data: ArrayBufferView): Uint16Array {
  return data instanceof Uint16Array ? data : new Uint16Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / 2);
}

/** onnxruntime's messages name source lines and repeat themselves; the first line says it. */
function reasonOf(reason: unknown): string {
  return (messageOf(reason).split('\n')[0] as string).replace(/^.*?\.(cc|h):\d+ \S.*?\)\s*/, '').replace(/^.*was false\.\s*/, '').slice(0, 160);
}

/**
 * The only importer of onnxruntime-node. A session takes and gives plain tensors; float16 graphs are fed and read as
 * float32. `run` blocks its thread (the native call is synchronous), so it belongs in a worker of the inference process.
 * Providers fall through: what the machine lacks is answered by the next one with one clear line.
 */

import { InferenceSession, Tensor, listSupportedBackends } from 'onnxruntime-node';
import { UserError, messageOf } from '../base/errors.ts';
import { halfToFloat, floatToHalf } from './half.ts';

/** What a graph may take and give here. */
export type TensorData = Float32Array | BigInt64Array | Int32Array;

export interface PlainTensor {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

export interface TensorInfo {
  readonly name: string;
  /** As in the graph: 'float32', 'float16', 'int64', 'int32' … */
  readonly type: string;
  /** A name instead of a number is free. */
  readonly dims: readonly (number | string)[];
}

export interface SessionOptions {
  /** 'auto', 'cpu' (default) or a provider of onnxruntime: 'cuda', 'webgpu', 'dml', 'coreml'. */
  readonly provider?: string;
  /** Threads within one operator; default 1. */
  readonly threads?: number;
  readonly onNotice?: (text: string) => void;
}

export interface OnnxSession {
  /** The provider that was found to work. */
  readonly provider: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Numbers are converted to the graph's types: float32 ↔ float16, int32 ↔ int64. Results are float32 or integers. */
  run(feeds: Readonly<Record<string, PlainTensor>>): Promise<Record<string, PlainTensor>>;
  release(): Promise<void>;
}

/** Loads a graph. Throws a UserError 'device' that names the file when no provider can run it. */
export async function createSession(file: string, options: SessionOptions = {}): Promise<OnnxSession> {
  const providers = providersToTry(options.provider ?? 'cpu');
  const failures: string[] = [];
  for (const provider of providers) {
    try {
      const session = await InferenceSession.create(file, sessionOptions(provider, options.threads ?? 1));
      if (failures.length > 0) options.onNotice?.(`onnxruntime cannot use ${failures.join(', ')} here; ${provider} draws instead.`);
      return wrapSession(session, provider);
    } catch (reason) {
      failures.push(`${provider} (${firstLine(messageOf(reason))})`);
    }
  }
  throw new UserError('device', `${file} cannot be loaded: ${failures.join('; ')}; check the file with \`latentbeat models check\`.`);
}

/** Providers this build of onnxruntime brings along, such as 'cpu' and 'webgpu'. */
export function listProviders(): readonly string[] {
  return listSupportedBackends().filter((backend) => backend.bundled).map((backend) => backend.name);
}

/** 'auto' tries the accelerators this build brings along before the processor; a named one falls back to it. */
export function providersToTry(provider: string): readonly string[] {
  if (provider === 'cpu') return ['cpu'];
  if (provider !== 'auto') return [provider, 'cpu'];
  const bundled = listProviders();
  return [...['cuda', 'dml', 'coreml', 'webgpu'].filter((name) => bundled.includes(name)), 'cpu'];
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

function wrapSession(session: InferenceSession, provider: string): OnnxSession {
  const inputs = session.inputMetadata.map(describeTensor);
  const outputs = session.outputMetadata.map(describeTensor);
  return {
    provider,
    inputs,
    outputs,
    run: async (feeds) => {
      const native = Object.fromEntries(inputs.map((info) => [info.name, toNative(feeds[info.name], info)]));
      const results = await session.run(native);
      return Object.fromEntries(outputs.map((info) => [info.name, fromNative(results[info.name] as Tensor)]));
    },
    release: () => session.release(),
  };
}

function describeTensor(value: InferenceSession.ValueMetadata): TensorInfo {
  return value.isTensor ? { name: value.name, type: value.type, dims: value.shape } : { name: value.name, type: 'not a tensor', dims: [] };
}

function toNative(tensor: PlainTensor | undefined, info: TensorInfo): Tensor {
  if (tensor === undefined) throw new Error(`the graph's input ${info.name} was not fed`);
  const { data, dims } = tensor;
  switch (info.type) {
    case 'float32':
      return new Tensor('float32', data instanceof Float32Array ? data : Float32Array.from(data as Int32Array, Number), dims);
    case 'float16':
      return new Tensor('float16', floatToHalf(data as Float32Array), dims);
    case 'int64':
      return new Tensor('int64', data instanceof BigInt64Array ? data : BigInt64Array.from(data as Float32Array | Int32Array as unknown as number[], (n) => BigInt(Math.round(n))), dims);
    case 'int32':
      return new Tensor('int32', data instanceof Int32Array ? data : Int32Array.from(data as BigInt64Array as unknown as bigint[], Number), dims);
    default:
      throw new Error(`the graph's input ${info.name} wants ${info.type}, which is not supported`);
  }
}

function fromNative(tensor: Tensor): PlainTensor {
  if (tensor.type === 'float16') return { data: halfToFloat(tensor.data as unknown as Uint16Array), dims: tensor.dims };
  return { data: tensor.data as TensorData, dims: tensor.dims };
}

function firstLine(text: string): string {
  return (text.split('\n')[0] as string).slice(0, 160);
}

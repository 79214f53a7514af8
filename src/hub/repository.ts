/**
 * A repository of models on a hub that speaks Hugging Face's HTTP interface: what files it has (tree), with sizes and
 * hashes, and where they lie (resolve). Source: huggingface.co/docs/hub/api and the client's behaviour.
 */

import { UserError, messageOf } from '../base/errors.ts';

export const DEFAULT_HUB = 'https://huggingface.co';

export interface HubFile {
  /** With forward slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Of large files. */
  readonly sha256: string | undefined;
  /** Of small ones: git's name of the blob. */
  readonly gitSha1: string | undefined;
}

export interface Repository {
  readonly hub: string;
  /** owner/name */
  readonly id: string;
  readonly revision: string;
}

interface TreeEntry {
  readonly type?: string;
  readonly path?: string;
  readonly size?: number;
  readonly oid?: string;
  readonly lfs?: { readonly oid?: string; readonly size?: number };
}

/** Throws a UserError 'usage' for a name that cannot be one. */
export function parseRepository(id: string, hub: string = DEFAULT_HUB, revision = 'main'): Repository {
  if (!/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(id)) throw new UserError('usage', `A model is named OWNER/NAME, such as onnxruntime/sd-turbo, and "${id}" came; see \`latentbeat models list\`.`);
  const url = URL.canParse(hub) ? new URL(hub) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) throw new UserError('usage', `--hub is an address such as ${DEFAULT_HUB}, and "${hub}" came.`);
  return { hub: hub.replace(/\/+$/, ''), id, revision };
}

export function fileUrl({ hub, id, revision }: Repository, path: string): string {
  return `${hub}/${id}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

export function requestHeaders(): Record<string, string> {
  const token = process.env['HF_TOKEN'];
  return { 'user-agent': 'latentbeat', ...(token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }) };
}

/** All files. Throws a UserError 'input' for a repository that is not there, 'again' for a hub that does not answer. */
export async function listFiles(repository: Repository): Promise<HubFile[]> {
  const { hub, id, revision } = repository;
  const files: HubFile[] = [];
  let next: string | undefined = `${hub}/api/models/${id}/tree/${encodeURIComponent(revision)}?recursive=true`;
  while (next !== undefined) {
    const response: Response = await ask(next, repository);
    const entries: unknown = await response.json().catch(() => undefined);
    if (!Array.isArray(entries)) throw new UserError('again', `${hub} did not answer with a list of files for ${id}; check --hub.`);
    files.push(...(entries as TreeEntry[]).flatMap(toFile));
    const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link, hub).href;
  }
  return files;
}

async function ask(url: string, { hub, id, revision }: Repository): Promise<Response> {
  const response = await fetch(url, { headers: requestHeaders(), signal: AbortSignal.timeout(30_000) }).catch((reason: unknown) => {
    throw new UserError('again', `${hub} cannot be reached (${causeOf(reason)}); check the connection or name a mirror with --hub.`);
  });
  if (response.ok) return response;
  if (response.status === 401 || response.status === 403) throw new UserError('input', `${id} needs a permission: accept its licence on its page and set HF_TOKEN to an access token of yours.`);
  if (response.status === 404) throw new UserError('input', `${hub} has no model ${id}${revision === 'main' ? '' : ` with a revision ${revision}`}; check the name, see \`latentbeat models list\`.`);
  throw new UserError('again', `${hub} answered with status ${response.status}; try again later.`);
}

/** Names that would leave the folder are left out. */
function toFile({ type, path, size, oid, lfs }: TreeEntry): HubFile[] {
  if (type !== 'file' || typeof path !== 'string' || path.split(/[/\\]/).some((part) => part === '..' || part === '') || /^[a-z]:/i.test(path)) return [];
  const isLarge = lfs?.oid !== undefined;
  return [{ path, bytes: lfs?.size ?? size ?? 0, sha256: lfs?.oid?.replace(/^sha256:/, ''), gitSha1: isLarge ? undefined : oid }];
}

export function causeOf(reason: unknown): string {
  const cause = reason instanceof Error && reason.cause instanceof Error ? reason.cause : reason;
  return messageOf(cause);
}

/** Addresses of the server (`/api/…`, `/ws`) seen from a page, wherever latentbeat is mounted: at the root, or under a path of another app. */

/** `base`: a page of latentbeat, such as `https://example.org/visuals/`. */
export function addressOf(path: string, base: string = document.baseURI): string {
  return new URL(path.replace(/^\//, ''), base).href;
}

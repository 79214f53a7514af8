/**
 * Workers and child processes run compiled JavaScript. From a test that imports the TypeScript source,
 * `compiledEntry` finds the file's twin under dist/, which `npm test` builds first.
 */

/** URL of the compiled `relative` ('./decode-worker.js') next to the module at `moduleUrl` (its `import.meta.url`). */
export function compiledEntry(moduleUrl: string, relative: string): URL {
  const url = new URL(relative, moduleUrl);
  if (moduleUrl.endsWith('.ts')) url.pathname = url.pathname.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
  return url;
}

/** URL of the package's root folder (with a slash), for a module two levels below it (`src/room/x.ts`, `dist/room/x.js`). */
export function packageRoot(moduleUrl: string): URL {
  return new URL('../../', moduleUrl);
}

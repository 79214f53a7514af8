import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('./public', import.meta.url));

/** Bundles the two browser pages (stage and panel) into dist/web. */
export default defineConfig({
  root,
  publicDir: false,
  // Addresses relative to the page: latentbeat may be mounted under a path of another program.
  base: './',
  build: {
    outDir: fileURLToPath(new URL('./dist/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: { index: `${root}/index.html`, panel: `${root}/panel.html` } },
  },
});

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = path.dirname(fileURLToPath(import.meta.url));
/** The daemon that `npm run dev:page` takes its data from. */
const daemon = process.env.SPOTTER_ADDRESS ?? 'http://127.0.0.1:8480';

export default defineConfig({
  root,
  // As in the policy of the server: nothing inline, nothing from elsewhere.
  base: './',
  build: {
    outDir: path.join(root, '../../dist/src/dashboard'),
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2023',
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': { target: daemon, ws: true },
      '/ws': { target: daemon, ws: true },
      '/metrics': daemon,
    },
  },
});

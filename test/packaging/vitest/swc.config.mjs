// Vite 7: SWC takes the place of esbuild, which emits no decorator metadata.
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  esbuild: false,
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: { include: ['*.vitest-spec.ts'] },
});

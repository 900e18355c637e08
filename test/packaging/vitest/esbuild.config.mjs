// Vite 7 with esbuild alone: only providers whose constructors name their tokens can be injected.
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['named-tokens.vitest-spec.ts'] } });

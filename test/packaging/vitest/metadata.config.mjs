// Vite 8: its compiler, Oxc, emits decorator metadata where tsconfig.json says so.
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['*.vitest-spec.ts'] } });

import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const api = process.env.HEADWATER_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 4000,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // a directive of the explorer's own compiler, which means nothing in a bundle
    rolldownOptions: {
      onLog: (level, log, next) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : next(level, log)),
    },
  },
  server: {
    port: 5173,
    proxy: { '^/graphql$': { target: api, ws: true }, '^/(api|healthz|readyz|metrics)': api },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['tests/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    // how long a test may hang before it is given up; a busy machine is slow, and no test is about time
    testTimeout: 120_000,
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // chDB, ONNX and Chromium are native and heavy: separate processes, and no more of them than keep the two cores of a small machine busy, for programs under test often wait.
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});

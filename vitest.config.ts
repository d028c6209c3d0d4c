import { defineConfig } from 'vitest/config'

const ignored = ['**/node_modules/**', '**/dist/**', 'server/pages/**']
// Two cores, shared: slow is not broken. Each wait ends with its condition.
const patience = { testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 30_000 } } }

export default defineConfig({
  // Packages resolve to their source, so that a test never runs against a stale build.
  // Without `module`, which Node itself does not know either: what it leads to is for bundlers.
  ssr: { resolve: { conditions: ['@vigile/source', 'node', 'development|production'] } },
  test: {
    globalSetup: ['tests/global-setup.ts'],
    reporters: ['default', './tests/reporter.ts'],
    maxWorkers: 2,
    // What passes at its second try only is named at the end of the run: it is a fault of the test, or worse, and is to be mended.
    retry: process.env.CI ? 1 : 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...ignored, 'tests/browser/**', 'examples/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          exclude: ignored,
          fileParallelism: false,
          ...patience,
        },
      },
      {
        extends: true,
        test: {
          name: 'examples',
          include: ['examples/*/tests/**/*.test.ts'],
          exclude: ignored,
          fileParallelism: false,
          ...patience,
        },
      },
    ],
  },
})

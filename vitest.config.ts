// Three projects: unit tests beside the code, integration and end-to-end tests against real servers.
import { defineConfig } from 'vitest/config'

// Tests look into SQLite files with the same driver as the code under test.
const isNode22 = Number.parseInt(process.versions.node, 10) >= 22
const alias: Record<string, string> = isNode22 ? { 'better-sqlite3': 'better-sqlite3-node22' } : {}
const resolve = { conditions: ['source'], alias }
const ssr = { resolve: { conditions: ['source'] } }

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'test/*.test.ts', 'examples/*/src/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/global-setup.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})

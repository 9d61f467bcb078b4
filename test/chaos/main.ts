// `npm run chaos -- <what> [arguments]`: long runs in which things go wrong on purpose, or go on for long. Each says what it saw, and
// the command ends with 1 when that was not what it should be.
import { tell } from './tell.js'

type Run = (args: readonly string[]) => Promise<boolean>

const RUNS: Readonly<Record<string, { readonly does: string; readonly load: () => Promise<Run> }>> = {
  'commit-safe': {
    does: 'commit-safe [--seconds N] [--only mariadb|postgresql]: many writers, and readers that are killed; no row may be missed',
    load: async () => (await import('./commit-safe.js')).commitSafe,
  },
  'exactly-once': {
    does: 'exactly-once [--seconds N] [--only mariadb|postgresql|sqlite] [--how killed|rebalanced]: workers that are killed, or take over from each other, while a sink writes; no row may be lost or doubled',
    load: async () => (await import('./exactly-once.js')).exactlyOnce,
  },
  freeze: {
    does: 'freeze [mariadb|mysql|postgresql] [seconds]: a database that freezes, drops, cuts and refuses while rows are written',
    load: async () => (await import('./freeze.js')).freeze,
  },
  memory: {
    does: 'memory [load|tables|polling] [mariadb|postgresql] [rows, tables or seconds]: the memory of a worker with a small heap',
    load: async () => (await import('./memory.js')).memory,
  },
}

const [name = '', ...args] = process.argv.slice(2)
const run = RUNS[name]
if (run === undefined) {
  tell(['One of:', ...Object.values(RUNS).map(({ does }) => `  ${does}`)].join('\n'))
  process.exitCode = 2
} else {
  const isRight = await (await run.load())(args)
  tell(isRight ? 'As it should be.' : 'NOT as it should be.')
  process.exitCode = isRight ? 0 : 1
}

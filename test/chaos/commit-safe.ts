// Eight writers and readers that are killed, in every mode on every server; fails when a commit-safe reader missed a row, or when the others
// missed none, as the writers were then too tame. Usage: npm run chaos -- commit-safe [--seconds N] [--only
// mariadb|postgresql]
import { parseArgs } from 'node:util'
import { server } from '@rowbridge/testkit'
import { chaos } from './chaos.js'
import { chaosPlace } from './place.js'
import { tell } from './tell.js'

export async function commitSafe(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '60' }, only: { type: 'string' } },
  })
  const seconds = Number(values.seconds)
  if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds} is no number of seconds`)
  let isRight = true
  for (const name of ['postgresql', 'mariadb'] as const) {
    if (values.only !== undefined && values.only !== name) continue
    for (const privileges of ['all', 'SELECT'] as const) {
      isRight = (await run(name, { privileges, durationMs: seconds * 1000 })) && isRight
    }
  }
  return isRight
}

interface RunOptions {
  readonly privileges: 'all' | 'SELECT'
  readonly durationMs: number
}

async function run(name: 'postgresql' | 'mariadb', { privileges, durationMs }: RunOptions): Promise<boolean> {
  await using running = await server(name)
  await using place = await chaosPlace(running)
  await using user = privileges === 'all' ? null : await place.plainUser()
  let isRight = true
  const outcomes = await chaos(place, { durationMs, killEveryMs: 5000, props: user?.props ?? {} })
  for (const { mode, isSafe, rows, missing, doubled, kills } of outcomes) {
    const verdict = (missing.length === 0) === isSafe ? 'ok' : isSafe ? 'ROWS MISSED' : 'TOO TAME'
    if (verdict !== 'ok') isRight = false
    const what = `${name}, ${privileges} privileges, ${mode}, commit.safe=${isSafe}:`.padEnd(80)
    tell(`${what} ${rows} rows, ${missing.length} missing, ${doubled} doubled, ${kills} kills  ${verdict}`)
    if (isSafe && missing.length > 0) tell(`  ${missing.slice(0, 20).join(' ')}`)
  }
  return isRight
}

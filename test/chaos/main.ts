// Eight writers and readers that are killed, in every mode on every server; fails when a commit-safe reader missed a row, or when the others
// missed none, as the writers were then too tame. Usage: npm run chaos -- [--seconds N] [--only mariadb|postgresql]
import { parseArgs } from 'node:util'
import { server } from '@rowbridge/testkit'
import { chaos } from './chaos.js'
import { chaosPlace } from './place.js'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, only: { type: 'string' } } })
const seconds = Number(values.seconds)
if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds} is no number of seconds`)

for (const name of ['postgresql', 'mariadb'] as const) {
  if (values.only !== undefined && values.only !== name) continue
  await using running = await server(name)
  await using place = await chaosPlace(running)
  const outcomes = await chaos(place, { durationMs: seconds * 1000, killEveryMs: 5000 })
  for (const { mode, isSafe, rows, missing, doubled, kills } of outcomes) {
    const verdict = (missing.length === 0) === isSafe ? 'ok' : isSafe ? 'ROWS MISSED' : 'TOO TAME'
    if (verdict !== 'ok') process.exitCode = 1
    const what = `${name} ${mode} commit.safe=${isSafe}`.padEnd(56)
    console.log(`${what} ${rows} rows, ${missing.length} missing, ${doubled} doubled, ${kills} kills  ${verdict}`)
    if (isSafe && missing.length > 0) console.log(`  ${missing.slice(0, 20).join(' ')}`)
  }
}

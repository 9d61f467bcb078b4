// Exactly once for long: workers that are killed, and two that take over from each other. Usage: npm run chaos -- exactly-once
// [--seconds N] [--only mariadb|postgresql|sqlite] [--how killed|rebalanced]
import { parseArgs } from 'node:util'
import { server } from '@rowbridge/testkit'
import { serverPlace, sqlitePlace, type Place } from '../jdbc/place.js'
import { killedOnce, rebalancedOnce, type OnceOutcome } from './once.js'
import { tell } from './tell.js'

/** About what a worker writes that is killed every two seconds. */
const RECORDS_PER_SECOND = 1000
const SECONDS_OF_A_KILL = 2.5
const SECONDS_OF_A_TAKE_OVER = 9

export async function exactlyOnce(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '300' }, only: { type: 'string' }, how: { type: 'string' } },
  })
  const seconds = Number(values.seconds)
  if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds} is no number of seconds`)
  const records = Math.ceil(seconds * RECORDS_PER_SECOND)
  let isRight = true
  for (const kind of ['mariadb', 'postgresql', 'sqlite'] as const) {
    if (values.only !== undefined && values.only !== kind) continue
    if (values.how !== 'rebalanced') {
      const options = { records, lifeMs: 2000, kills: Math.ceil(seconds / SECONDS_OF_A_KILL) }
      isRight = verdict(`${kind}, killed`, await at(kind, (place) => killedOnce(place, options))) && isRight
    }
    if (values.how !== 'killed') {
      await using kafka = await server('kafka')
      const options = { records, lifeMs: 2000, kills: Math.ceil(seconds / SECONDS_OF_A_TAKE_OVER) }
      const outcome = await at(kind, (place) => rebalancedOnce(place, kafka.bootstrap, options))
      isRight = verdict(`${kind}, rebalanced`, outcome) && isRight
    }
  }
  return isRight
}

async function at<T>(kind: Place['kind'], work: (place: Place) => Promise<T>): Promise<T> {
  if (kind === 'sqlite') {
    await using place = await sqlitePlace()
    return await work(place)
  }
  await using running = await server(kind)
  await using place = await serverPlace(running)
  return await work(place)
}

function verdict(what: string, { rows, lost, doubled, kills, midway, takeOvers }: OnceOutcome): boolean {
  const isRight = lost === 0 && doubled === 0 && midway > 0
  const told = `${rows} rows, ${lost} lost, ${doubled} doubled, ${kills} ends of workers (${midway} in the middle of the work), ${takeOvers} take-overs of partitions`
  tell(`${`${what}:`.padEnd(24)} ${told}  ${isRight ? 'ok' : 'NOT ONCE'}`)
  return isRight
}

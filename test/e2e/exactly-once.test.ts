// In short what `npm run chaos -- exactly-once` does for long: workers that end in the middle of their work, and rows that have no key.
import { describe, expect, it } from 'vitest'
import { describeWith } from '@rowbridge/testkit'
import { killedOnce, rebalancedOnce, type OnceOutcome } from '../chaos/once.js'
import { serverPlace, sqlitePlace } from '../jdbc/place.js'

const KILLED = { records: 4000, lifeMs: 300, kills: 4 }
const REBALANCED = { records: 4000, lifeMs: 500, kills: 3 }
const ONCE = { lost: 0, doubled: 0, wasMidway: true }

/** Ends of workers that came when all was done would show nothing. */
function seen({ lost, doubled, midway }: OnceOutcome) {
  return { lost, doubled, wasMidway: midway > 0 }
}

describe('a sink that writes exactly once into SQLite', () => {
  it('loses and doubles nothing when its worker is killed', async () => {
    await using place = await sqlitePlace()
    expect(seen(await killedOnce(place, KILLED))).toEqual(ONCE)
  })
})

describeWith(['mariadb', 'postgresql', 'kafka'], 'a sink that writes exactly once', (servers) => {
  it.each(['mariadb', 'postgresql'] as const)(
    'into %s loses and doubles nothing when its worker is killed',
    async (kind) => {
      await using place = await serverPlace(servers[kind])
      expect(seen(await killedOnce(place, KILLED))).toEqual(ONCE)
    },
  )

  it.each(['mariadb', 'postgresql', 'sqlite'] as const)(
    'into %s loses and doubles nothing when two workers take over from each other',
    async (kind) => {
      await using place = kind === 'sqlite' ? await sqlitePlace() : await serverPlace(servers[kind])
      expect(seen(await rebalancedOnce(place, servers.kafka.bootstrap, REBALANCED))).toEqual(ONCE)
    },
  )
})

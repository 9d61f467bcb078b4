// In short what `npm run chaos -- exactly-once` does for long: workers that end in the middle of their work, and rows that have no key.
import { describe, expect, it } from 'vitest'
import { describeWith } from '@rowbridge/testkit'
import { killedOnce, rebalancedOnce } from '../chaos/once.js'
import { serverPlace, sqlitePlace } from '../jdbc/place.js'

const KILLED = { records: 5000, lifeMs: 300, kills: 4 }
const REBALANCED = { records: 5000, lifeMs: 500, kills: 3 }
const ONCE = { lost: 0, doubled: 0 }

describe('a sink that writes exactly once into SQLite', () => {
  it('loses and doubles nothing when its worker is killed', async () => {
    await using place = await sqlitePlace()
    expect(await killedOnce(place, KILLED)).toMatchObject(ONCE)
  })
})

describeWith(['mariadb', 'postgresql', 'kafka'], 'a sink that writes exactly once', (servers) => {
  it.each(['mariadb', 'postgresql'] as const)(
    'into %s loses and doubles nothing when its worker is killed',
    async (kind) => {
      await using place = await serverPlace(servers[kind])
      expect(await killedOnce(place, KILLED)).toMatchObject(ONCE)
    },
  )

  it.each(['mariadb', 'postgresql', 'sqlite'] as const)(
    'into %s loses and doubles nothing when two workers take over from each other',
    async (kind) => {
      await using place = kind === 'sqlite' ? await sqlitePlace() : await serverPlace(servers[kind])
      const outcome = await rebalancedOnce(place, servers.kafka.bootstrap, REBALANCED)
      expect(outcome).toMatchObject(ONCE)
    },
  )
})

// The chaos in short: what `npm run chaos` does for a minute, for some seconds.
import { describeWith } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { chaos } from '../chaos/chaos.js'
import { chaosPlace } from '../chaos/place.js'

const SHORT = { durationMs: 7000, killEveryMs: 3000 }

describeWith(['postgresql', 'mariadb'], 'eight writers that commit in any order', (servers) => {
  it.each(['postgresql', 'mariadb'] as const)(
    'on %s, no reader that is commit-safe misses a row in any mode, and the others do',
    async (name) => {
      await using place = await chaosPlace(servers[name])
      const outcomes = await chaos(place, SHORT)
      const missedWhere = (wanted: boolean) =>
        outcomes
          .filter(({ isSafe }) => isSafe === wanted)
          .flatMap(({ mode, missing }) => missing.map((row) => `${mode} ${row}`))
      expect(missedWhere(true)).toEqual([])
      // Each mode by itself is held to this where nothing is left to chance, in commit-safety.test.ts, and by the long run.
      expect(missedWhere(false)).not.toEqual([])
    },
  )

  it('on mariadb, neither does one that may do no more than SELECT', async () => {
    await using place = await chaosPlace(servers.mariadb)
    await using user = await place.plainUser()
    const outcomes = await chaos(place, { ...SHORT, props: user.props, safety: [true] })
    expect(outcomes.flatMap(({ missing }) => missing)).toEqual([])
  })
})

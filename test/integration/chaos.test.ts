// The chaos in short: what `npm run chaos` does for a minute, for some seconds.
import { describeWith } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { chaos } from '../chaos/chaos.js'
import { chaosPlace } from '../chaos/place.js'

const SHORT = { durationMs: 7000, killEveryMs: 3000 }

describeWith(['postgresql', 'mariadb'], 'eight writers that commit in any order', (servers) => {
  it.each(['postgresql', 'mariadb'] as const)(
    'on %s, no reader that is commit-safe misses a row in any mode, and every other one does',
    async (name) => {
      await using place = await chaosPlace(servers[name])
      const outcomes = await chaos(place, SHORT)
      const misses = outcomes.map(({ mode, isSafe, missing }) => ({ mode, isSafe, hasMissed: missing.length > 0 }))
      expect(misses).toEqual(misses.map(({ mode, isSafe }) => ({ mode, isSafe, hasMissed: !isSafe })))
    },
  )

  it('on mariadb, neither does one that may do no more than SELECT', async () => {
    await using place = await chaosPlace(servers.mariadb)
    await using user = await place.plainUser()
    const outcomes = await chaos(place, { ...SHORT, props: user.props, safety: [true] })
    expect(outcomes.flatMap(({ missing }) => missing)).toEqual([])
  })
})

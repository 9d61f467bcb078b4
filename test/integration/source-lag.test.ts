// What is left to read of a table is counted while a run is long, on every database.
import type { Props } from '@rowbridge/api'
import { describeWith, waitFor } from '@rowbridge/testkit'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startSource } from '../jdbc/drive.js'
import { serverPlace, sqlitePlace, type OpenPlace } from '../jdbc/place.js'

const ROWS = 5000
const BY_ID = { mode: 'incrementing', 'incrementing.column.name': 'id' }
const BY_TIME = { mode: 'timestamp', 'timestamp.column.name': 'at' }

function lagSuite(open: OpenPlace): void {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test.each<[string, Props]>([
    ['a growing column', BY_ID],
    ['times', BY_TIME],
  ])('by %s', async (_mode, props) => {
    await using place = await open()
    await place.query(`create table t (id integer primary key, at ${place.timestamp} not null)`)
    for (let from = 1; from <= ROWS; from += 1000) {
      const rows = Array.from(
        { length: 1000 },
        (_, i) => `(${from + i}, '2024-01-01 00:00:00.${String(from + i).padStart(6, '0')}')`,
      )
      await place.query(`insert into t values ${rows.join(', ')}`)
    }
    const now = Date.now.bind(Date)
    await using source = await startSource(place, { ...props, 'batch.max.rows': '100', 'max.buffer.size': '100' })
    const polled = async () => (await source.task.poll()).reduce((sum, { length }) => sum + length, 0)
    let read = await polled()
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 31_000)
    await waitFor('the rows left to be told', async () => {
      read += await polled()
      return source.metrics.has('source-lag-rows')
    })
    expect(source.journal.details.filter((line) => line.includes('counted'))).toEqual([])
    const left = source.metrics.get('source-lag-rows') ?? 0
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(ROWS)
    expect(source.metrics.get('source-lag-seconds')).toBeGreaterThanOrEqual(31)
    await waitFor('the end of the run', async () => {
      read += await polled()
      return source.metrics.get('source-lag-rows') === 0
    })
    expect(read).toBe(ROWS)
  })
}

describe('sqlite: the rows left', () => {
  lagSuite(sqlitePlace)
})
describeWith(['mariadb'], 'mariadb: the rows left', ({ mariadb }) => lagSuite(() => serverPlace(mariadb)))
describeWith(['postgresql'], 'postgresql: the rows left', ({ postgresql }) => lagSuite(() => serverPlace(postgresql)))

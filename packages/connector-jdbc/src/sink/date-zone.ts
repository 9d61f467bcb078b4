// Dates as the Java connector writes them when it is told to use the zone of the database: the day that it was there at midnight UTC.
import { DATE } from '@rowbridge/api'
import type { Zone } from '@rowbridge/sql'
import type { Projection } from './binder.js'
import type { RecordColumn } from './primary-key.js'

const MS_PER_DAY = 86_400_000

export function compileDates(project: Projection, columns: readonly RecordColumn[], zone: Zone | null): Projection {
  const places = columns.flatMap(({ schema }, at) => (schema.name === DATE ? [at] : []))
  if (zone === null || places.length === 0) return project
  return (batch, i) => {
    const row = project(batch, i)
    for (const at of places) {
      const days = row[at]
      if (days !== null) row[at] = Math.floor(zone.toWall(Number(days) * MS_PER_DAY) / MS_PER_DAY)
    }
    return row
  }
}

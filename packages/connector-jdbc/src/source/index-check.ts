// Warns, once at the start, of a cursor that no index serves: each page then reads the whole table.
import { describeError, type Log } from '@rowbridge/api'
import type { Database, Statement } from '@rowbridge/sql'
import { instantOf, START } from './offset.js'
import type { RowSource } from './row-source.js'

export async function warnUnindexed(database: Database, source: RowSource, log: Log): Promise<void> {
  const { cursor, table, name } = source
  if (cursor === null) return
  if (table === null) return warnOfPlan(database, source, log)
  const [first] = cursor.fenced.columns
  if (first === undefined || (await database.hasIndex(table, first.name)) !== false) return
  log.warn(
    `${name}: no index begins with ${first.name}, so that every page reads the whole table. ${advice(database, source)}`,
  )
}

function advice(database: Database, source: RowSource): string {
  const columns = source.cursor?.fenced.columns.map((column) => database.quoteName(column.name)).join(', ') ?? ''
  return `Make one on (${columns}).`
}

/** A query is asked for its plan; one that cannot be had is no reason not to start. */
async function warnOfPlan(database: Database, source: RowSource, log: Log): Promise<void> {
  const { cursor, select, name } = source
  if (cursor === null) return
  const parameters = cursor.parameters(START, instantOf(Date.UTC(2100, 0)))
  const text = database.limit(`${select} WHERE ${cursor.where} ORDER BY ${cursor.order}`, 100)
  const statement: Statement = { text, parameters }
  try {
    const scans = await database.scans(statement)
    if (scans.length === 0) return
    log.warn(
      `${name}: its plan reads whole tables at every poll (${scans.join('; ')}). An index on the cursor column in its table would help.`,
    )
  } catch (error) {
    log.debug(`${name}: its plan cannot be had: ${describeError(error)}`)
  }
}

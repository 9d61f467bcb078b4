// Warns, once, of rows that a first run leaves behind: those with a negative number, or a time up to 1970, which the Java connector
// begins after. The order and the offsets are kept as they are there, so what lies before them is told and not read.
import { describeError, type Log } from '@rowbridge/api'
import type { Database } from '@rowbridge/sql'
import { FIRST_ID } from './modes/incrementing.js'
import type { Mode } from './modes/mode.js'
import { EPOCH } from './modes/timestamp.js'
import type { Start } from './start-positions.js'

/** Of a table only: to ask a query for one row may take as long as to read it. */
export async function warnUnread({ source, position }: Start, options: UnreadOptions): Promise<void> {
  const { cursor, table, from, name } = source
  if (cursor === null || table === null || position !== null) return
  const { database, mode, log } = options
  const { main } = cursor.fenced
  const before = mode.usesTimestamps && mode.usesIncrementing ? '<' : '<='
  const text = database.limit(
    `SELECT ${main} AS ${database.quoteName('value')} FROM ${from} WHERE ${main} ${before} ?`,
    1,
  )
  const parameters = [mode.usesTimestamps ? EPOCH : FIRST_ID]
  try {
    const { rows } = await database.read({ text, parameters }, { schemaName: null })
    if (rows.length > 0) log.warn(`${name} has rows ${mode.usesTimestamps ? TIMES : NUMBERS}`)
  } catch (error) {
    log.debug(`${name}: whether it has rows before the first that is read is not known: ${describeError(error)}`)
  }
}

const NUMBERS =
  'with a number below 0, which are not read, as by the Java connector. Give offset.initial a number before them to have them read.'
const TIMES =
  'with a time up to the beginning of 1970, which are not read, as by the Java connector. Give offset.initial a time before them, such as 1900-01-01, to have them read.'

export interface UnreadOptions {
  readonly database: Database
  readonly mode: Mode
  readonly log: Log
}

// Writers follow each other, so growing values are committed in their order. Times are not: CURRENT_TIMESTAMP has whole seconds, and a
// transaction may begin in the second in which another one ended. Whether one is open shows in that no other can begin.
import type { Holder, Moment, WatchScope } from '../../commits.js'
import type { TableId } from '../../database.js'
import type { Commits, Parameter, Session } from '../../dialect.js'
import { codeOf } from '../../failures.js'
import { quoteName } from '../../ansi.js'

const FACTS = { leaseMs: 0, uncommitted: null, blocks: null, oldest: null } as const
const EXACT = 'Transactions that write follow each other.'
const READ_ONLY =
  'The file cannot be written to, so whether a transaction is open is not seen. timestamp.delay.interval.ms can wait for it.'

export async function commits(session: Session, { by }: WatchScope): Promise<Commits> {
  if (by === 'value') return { ...FACTS, guarantee: 'exact', because: EXACT, look: null }
  try {
    await begins(session)
  } catch (error) {
    if (!codeOf(error).startsWith('SQLITE_READONLY')) throw error
    return { ...FACTS, guarantee: 'best effort', because: READ_ONLY, look: null }
  }
  return { ...FACTS, guarantee: 'exact', because: EXACT, look: () => look(session) }
}

/** Whether no other transaction writes now. Begins one and ends it at once, without waiting. */
async function begins(session: Session): Promise<boolean> {
  try {
    await session.execute('BEGIN IMMEDIATE', [])
  } catch (error) {
    if (codeOf(error).startsWith('SQLITE_BUSY')) return false
    throw error
  }
  await session.execute('ROLLBACK', [])
  return true
}

/** The number changes with every transaction that another connection commits. */
const VERSION = 'PRAGMA data_version'

async function look(session: Session): Promise<Moment> {
  const [[version] = []] = await session.rows(VERSION, [])
  const holders: readonly Holder[] = (await begins(session))
    ? []
    : [{ key: String(version), who: 'another connection', ageMs: null, isSuccessor: false }]
  return { holders, sessions: new Set() }
}

export async function hasIndex(session: Session, { schema, table }: TableId, column: string): Promise<boolean> {
  const of = schema === null ? '' : `${quoteName(schema, '"')}.`
  const columns = await session.rows(`PRAGMA ${of}table_info(${quoteName(table, '"')})`, [])
  const isKey = columns.some((row) => row[1] === column && Number(row[5]) === 1)
  if (isKey || columns.length === 0) return true
  const [[kind] = []] = await session.rows(`SELECT type FROM ${of}sqlite_schema WHERE name = ?`, [table])
  if (kind === 'view') return true
  for (const index of await session.rows(`PRAGMA ${of}index_list(${quoteName(table, '"')})`, [])) {
    const [first] = await session.rows(`PRAGMA ${of}index_info(${quoteName(String(index[1]), '"')})`, [])
    if (first?.[2] === column) return true
  }
  return false
}

/** CURRENT_TIMESTAMP has whole seconds whatever the column, and nothing tells which column it goes to. */
export function tickMs(): number {
  return 1000
}

/** A plan has no numbers of rows: every table counts. */
export async function scans(
  session: Session,
  text: string,
  parameters: readonly Parameter[],
): Promise<readonly string[]> {
  const plan = await session.rows(`EXPLAIN QUERY PLAN ${text}`, parameters)
  return plan
    .map((row) => String(row[3]))
    .filter((line) => line.startsWith('SCAN ') && !/USING (?:COVERING )?INDEX/.test(line))
}

// Which rows are written and not committed, and which statements may have drawn a value and not written its row yet.
// Rows are looked for under READ UNCOMMITTED, which takes no locks and needs no more than SELECT
// (https://mariadb.com/kb/en/set-transaction/): what shows there and nowhere else is not committed. A row comes in with the statement that
// draws its number or its time, so that once the statements that ran have ended, every row shows. Running statements are in the list of
// processes, which shows those of other users to who has PROCESS.
import type { Holder, Moment, WatchScope } from '../../commits.js'
import type { TableId } from '../../database.js'
import type { Commits, DirtyReads, Parameter, Session } from '../../dialect.js'
import { messageOf } from '../../failures.js'

/** For how long a statement that is not seen may have a value and no row. */
const LEASE_MS = 250
const OTHERS = `ID <> CONNECTION_ID() AND COMMAND NOT IN ('Sleep', 'Daemon', 'Binlog Dump', 'Binlog Dump GTID')
  AND USER NOT IN ('system user', 'unauthenticated user')`
const STATEMENTS = `SELECT ID, QUERY_ID, USER, HOST, TIME_MS, LEFT(INFO, 400) FROM information_schema.PROCESSLIST WHERE ${OTHERS}`
/** Without numbers of statements, one is known by when it began and what it is. */
const NUMBERLESS = `SELECT ID, CONCAT(UNIX_TIMESTAMP() - TIME, MD5(COALESCE(INFO, ''))), USER, HOST, TIME * 1000, LEFT(INFO, 400)
  FROM information_schema.PROCESSLIST WHERE ${OTHERS}`

const COMMENTS = /^(?:\s|\/\*[\s\S]*?\*\/|--[^\n]*\n|#[^\n]*\n|\()*/
/** Statements that write no rows, or none that were not there. */
const NO_ROWS = new RegExp(
  '^(?:select|show|explain|describe|desc|analyze|check|optimize|use|kill|set|flush|help|create|alter|drop|rename|truncate|grant|revoke' +
    '|commit|rollback|savepoint|release|lock|unlock|prepare|deallocate|start|xa)\\b',
  'i',
)
/** A statement draws a number only once it may use the table. */
const BEFORE_USE = " AND COALESCE(STATE, '') NOT LIKE 'Waiting for table metadata lock%'"

const DIRTY: DirtyReads = {
  writers: null,
  before: 'SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED',
  fingerprint: (columns: readonly string[]) =>
    `COUNT(*), ${columns.map((column) => `SUM(CRC32(${column}))`).join(', ')}`,
}

const FACTS: Omit<Commits, 'guarantee' | 'because'> = {
  look: null,
  leaseMs: 0,
  uncommitted: DIRTY,
  blocks: null,
  oldest: null,
}

const EXACT = 'Passes no row that is written and not committed, and waits for statements that may yet write one.'
const BOUNDED = `Passes no row that is written and not committed. A statement that takes more than ${LEASE_MS} ms from its value to its row can be missed: GRANT PROCESS ON *.* makes running statements known.`
const REPLICA =
  'This server is read-only, so likely a replica, which gets rows later than they were made. Read from the primary, or set timestamp.delay.interval.ms.'

export async function commits(session: Session, { by }: WatchScope): Promise<Commits> {
  const [[readOnly] = []] = await session.rows('SELECT @@read_only', [])
  if (Number(readOnly) !== 0) return { ...FACTS, leaseMs: LEASE_MS, guarantee: 'best effort', because: REPLICA }
  if (!(await seesOthers(session))) return { ...FACTS, leaseMs: LEASE_MS, guarantee: 'bounded', because: BOUNDED }
  const text = (await answers(session, `${STATEMENTS} LIMIT 0`)) ? STATEMENTS : NUMBERLESS
  const wanted = by === 'value' ? `${text}${BEFORE_USE}` : text
  return {
    ...FACTS,
    uncommitted: { ...DIRTY, writers: () => writers(session) },
    guarantee: 'exact',
    because: EXACT,
    look: () => look(session, wanted),
    oldest: () => oldest(session),
  }
}

/** The same privilege opens the list of transactions. */
function seesOthers(session: Session): Promise<boolean> {
  return answers(session, 'SELECT trx_id FROM information_schema.INNODB_TRX LIMIT 1')
}

async function answers(session: Session, text: string): Promise<boolean> {
  try {
    await session.rows(text, [])
    return true
  } catch (error) {
    if (/denied|unknown column/i.test(messageOf(error))) return false
    throw error
  }
}

async function look(session: Session, text: string): Promise<Moment> {
  const rows = await session.rows(text, [])
  return { holders: rows.filter((row) => mayWrite(row[5])).map(holderOf), sessions: new Set() }
}

const OLDEST = `SELECT t.trx_mysql_thread_id, t.trx_id, p.USER, p.HOST, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) * 1000
  FROM information_schema.INNODB_TRX t LEFT JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
  WHERE t.trx_rows_modified > 0 AND t.trx_mysql_thread_id <> CONNECTION_ID() ORDER BY t.trx_started LIMIT 3`

async function oldest(session: Session): Promise<readonly Holder[]> {
  return (await session.rows(OLDEST, [])).map((row) => {
    const isPrepared = Number(row[0]) === 0
    return isPrepared ? { ...holderOf(row), who: `a prepared XA transaction (${String(row[1])})` } : holderOf(row)
  })
}

let looks = 0

/**
 * The server keeps its list of transactions for a tenth of a second, and longer while others read it: only a list that shows this very
 * statement within a transaction of its own is new (https://dev.mysql.com/doc/refman/8.4/en/innodb-information-schema-internal-data.html).
 */
async function writers(session: Session): Promise<ReadonlySet<string> | null> {
  looks += 1
  const mark = `look ${looks}.`
  await session.run('START TRANSACTION WITH CONSISTENT SNAPSHOT')
  try {
    const rows = await session.rows(
      `SELECT /* ${mark} */ trx_mysql_thread_id = CONNECTION_ID(), trx_query, trx_rows_modified, trx_id
        FROM information_schema.INNODB_TRX`,
      [],
    )
    const isNew = rows.some(([isOwn, query]) => Number(isOwn) === 1 && String(query).includes(mark))
    return isNew ? new Set(rows.filter((row) => Number(row[2]) > 0).map((row) => String(row[3]))) : null
  } finally {
    await session.run('COMMIT')
  }
}

function mayWrite(text: unknown): boolean {
  return typeof text !== 'string' || !NO_ROWS.test(text.replace(COMMENTS, ''))
}

function holderOf([id, statement, user, host, age]: readonly unknown[]): Holder {
  return {
    key: `${String(id)}/${String(statement)}`,
    who: `connection ${String(id)} (${String(user)}@${String(host)})`,
    ageMs: Number(age),
    isSuccessor: false,
  }
}

const INDEXED = `SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?
  AND COLUMN_NAME = ? AND SEQ_IN_INDEX = 1
  UNION SELECT 1 FROM information_schema.VIEWS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? LIMIT 1`

export async function hasIndex(session: Session, id: TableId, column: string): Promise<boolean> {
  return (await session.rows(INDEXED, [id.catalog, id.table, column, id.catalog, id.table])).length > 0
}

/** A column without a number of digits has none. */
export function tickMs(typeName: string): number {
  const digits = Number(/\((\d)\)/.exec(typeName)?.[1] ?? 0)
  return 10 ** Math.max(0, 3 - digits)
}

/** Smaller tables are read whole because that is cheapest. */
const LARGE_ROWS = 10_000

export async function scans(
  session: Session,
  text: string,
  parameters: readonly Parameter[],
): Promise<readonly string[]> {
  const plan = await session.read(`EXPLAIN ${text}`, parameters)
  const at = (name: string) => plan.columns.findIndex((column) => column.name.toLowerCase() === name)
  const [table, type, rows] = [at('table'), at('type'), at('rows')]
  return plan.rows
    .filter((row) => row[type] === 'ALL' && Number(row[rows]) >= LARGE_ROWS)
    .map((row) => `table ${String(row[table])}: type ALL, about ${Number(row[rows])} rows`)
}

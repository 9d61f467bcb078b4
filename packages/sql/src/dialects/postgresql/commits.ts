// Who may still commit rows below what can be seen, as every user may read it from the table of locks.
// An INSERT locks its table before it draws a value from a sequence, and nextval() locks the sequence, both until the transaction ends
// (https://www.postgresql.org/docs/current/explicit-locking.html); and a transaction is visible before its locks are gone. So whoever
// holds such a lock after a value was seen may hold a lower one, and nobody else. now() is the start of the transaction, when it has no
// lock but the one on its own number: with times, every open transaction counts.
import { quoteName } from '../../ansi.js'
import type { Blocks, Holder, Moment, WatchScope } from '../../commits.js'
import type { TableId } from '../../database.js'
import type { Commits, Parameter, Session } from '../../dialect.js'

/** A transaction takes its time a moment before it is seen in the table of locks. */
const UNSEEN_MS = 10
/** Numbers of what users made; those below are the catalogue's. */
const FIRST_OF_USERS = 16_384

const DATABASE = '(SELECT oid FROM pg_database WHERE datname = current_database())'
const WHO = `a.usename, a.application_name, (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::bigint`

const FAMILY = `WITH RECURSIVE family AS (SELECT $1::oid AS oid
  UNION SELECT i.inhrelid FROM pg_inherits i JOIN family f ON i.inhparent = f.oid), wanted AS (SELECT oid FROM family
  UNION SELECT c.oid FROM pg_class c WHERE c.relkind = 'S' AND (NOT EXISTS (SELECT 1 FROM pg_depend o
    WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype IN ('a', 'i'))
    OR EXISTS (SELECT 1 FROM pg_depend o JOIN family f ON f.oid = o.refobjid WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid
    AND o.refclassid = 'pg_class'::regclass)))`

/** Prepared transactions have a lock, and no process. */
const WRITERS = `SELECT DISTINCT l.virtualtransaction, l.pid, ${WHO} FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted AND l.database = ${DATABASE}
  AND l.pid IS DISTINCT FROM pg_backend_pid()`

const OPEN = `SELECT l.virtualtransaction, l.pid, ${WHO} FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND a.datname = current_database() AND a.usesysid IS NOT NULL
  AND l.pid <> pg_backend_pid()
  UNION ALL SELECT '-1/' || p.transaction, NULL, p.owner, 'prepared ' || p.gid,
  (extract(epoch FROM clock_timestamp() - p.prepared) * 1000)::bigint FROM pg_prepared_xacts p WHERE p.database = current_database()`

const SESSIONS = 'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL'

const LAST = `CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') THEN pg_sequence_last_value(s.seqrelid) END`
/** The sequences of a column: those its default asks, and those it owns. */
const SEQUENCE = `SELECT s.seqcache, s.seqincrement, s.seqstart, ${LAST}, s.seqmin FROM pg_sequence s WHERE s.seqcache > 1 AND s.seqrelid IN (
  SELECT d.refobjid FROM pg_depend d JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
    JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE f.adrelid = $1::oid AND a.attname = $2
  UNION SELECT d.objid FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = $1::oid AND a.attname = $2)
  ORDER BY s.seqcache DESC LIMIT 1`

const EXACT = 'Waits for the transactions that the table of locks shows, which every user may read.'
const REPLICA =
  'This server is a replica, which does not know the transactions of its primary. Read from the primary, or set timestamp.delay.interval.ms.'
const FOREIGN = 'The rows are those of another server, whose transactions are not seen. Read from that server.'

export async function commits(session: Session, scope: WatchScope): Promise<Commits> {
  const [[replica] = []] = await session.rows('SELECT pg_is_in_recovery()', [])
  if (replica === 't') return nothingSeen(REPLICA)
  if (scope.by === 'time') return { ...EXACTLY, leaseMs: UNSEEN_MS, look: () => look(session, OPEN, []) }
  const [[oid, kind] = []] = scope.table === null ? [] : await session.rows(KIND, [regclassOf(scope.table)])
  if (kind === 'f') return nothingSeen(FOREIGN)
  if (typeof oid !== 'string' || kind === 'v' || kind === 'm') {
    const text = `${WRITERS} AND l.relation >= ${FIRST_OF_USERS} AND EXISTS (SELECT 1 FROM pg_class c WHERE c.oid = l.relation AND c.relkind <> 'i')`
    return { ...EXACTLY, look: () => look(session, text, []) }
  }
  const blocks = blocksOf((await session.rows(SEQUENCE, [oid, scope.column]))[0])
  const text = `${FAMILY} ${WRITERS} AND l.relation IN (SELECT oid FROM wanted)`
  const watch = { ...EXACTLY, look: () => look(session, text, [oid]) }
  if (blocks === null) return watch
  return {
    ...watch,
    ...blocks,
    look: async () => {
      const sessions = new Set((await session.rows(SESSIONS, [])).map(([pid]) => String(pid)))
      return { ...(await look(session, text, [oid])), sessions }
    },
  }
}

const EXACTLY: Omit<Commits, 'look'> = {
  guarantee: 'exact',
  because: EXACT,
  leaseMs: 0,
  uncommitted: null,
  blocks: null,
  oldest: null,
}

function nothingSeen(because: string): Commits {
  return { ...EXACTLY, guarantee: 'best effort', because, look: null }
}

const KIND = 'SELECT c.oid, c.relkind FROM pg_class c WHERE c.oid = to_regclass($1)'

async function look(session: Session, text: string, parameters: readonly string[]): Promise<Moment> {
  const rows = await session.rows(text, parameters)
  return { holders: rows.map(holderOf), sessions: new Set() }
}

function holderOf([key, pid, user, application, age]: readonly unknown[]): Holder {
  const isPrepared = pid === null
  const account = typeof user === 'string' ? user : 'unknown user'
  const name = typeof application === 'string' && application !== '' ? `, ${application}` : ''
  return {
    key: String(key),
    who: isPrepared ? `a prepared transaction${name}` : `process ${Number(pid)} (${account}${name})`,
    ageMs: age === null || age === undefined ? null : Number(age),
    isSuccessor: isPrepared,
  }
}

const BLOCKS_HINT =
  'Values that a session has drawn in advance (CACHE of the sequence) are watched for the latest 1000 gaps and 100,000 values; CACHE 1 makes it exact.'

function blocksOf(row: readonly unknown[] | undefined): Pick<Commits, 'guarantee' | 'because' | 'blocks'> | null {
  if (row === undefined) return null
  const [size, step, start, last, least] = row
  const isSeen = typeof last === 'string'
  const blocks: Blocks = {
    size: BigInt(String(size)),
    step: BigInt(String(step)),
    least: BigInt(String(least)),
    anchor: isSeen ? BigInt(last) + BigInt(String(step)) : BigInt(String(start)),
  }
  if (blocks.step <= 0n) return null
  const because = isSeen
    ? BLOCKS_HINT
    : `${BLOCKS_HINT} Grant SELECT on the sequence, so that its blocks are known to begin where they do.`
  return { guarantee: 'bounded', because, blocks }
}

function regclassOf(id: TableId): string {
  return id.schema === null ? quoteName(id.table, '"') : `${quoteName(id.schema, '"')}.${quoteName(id.table, '"')}`
}

const INDEXED = `SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
  JOIN pg_class c ON c.oid = i.indrelid WHERE (i.indrelid = to_regclass($1) AND a.attname = $2) OR (c.oid = to_regclass($1) AND c.relkind NOT IN ('r', 'p'))`

export async function hasIndex(session: Session, id: TableId, column: string): Promise<boolean> {
  return (await session.rows(INDEXED, [regclassOf(id), column])).length > 0
}

/** A column without a number of digits has six. */
export function tickMs(typeName: string): number {
  const digits = Number(/\((\d)\)/.exec(typeName)?.[1] ?? 6)
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
  const lines = plan.rows.map(([line]) => String(line).trim())
  return lines.filter((line) => line.includes('Seq Scan') && Number(/rows=(\d+)/.exec(line)?.[1] ?? 0) >= LARGE_ROWS)
}

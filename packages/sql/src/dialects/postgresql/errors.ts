// What PostgreSQL's SQLSTATE codes mean: https://www.postgresql.org/docs/current/errcodes-appendix.html
import { classifyNetwork, codeOf, factsOf, type Facts, type Verdict } from '../../failures.js'

const CODES: Readonly<Record<string, Verdict>> = {
  '40001': { kind: 'retriable', code: 'serialization-failure' },
  '40P01': { kind: 'retriable', code: 'deadlock' },
  '55P03': { kind: 'retriable', code: 'lock-timeout' },
  '57014': { kind: 'retriable', code: 'statement-cancelled' },
  '57P01': { kind: 'retriable', code: 'connection-lost', isFatal: true },
  '57P02': { kind: 'retriable', code: 'connection-lost', isFatal: true },
  '57P03': { kind: 'retriable', code: 'server-starting', isFatal: true },
  '57P05': { kind: 'retriable', code: 'connection-lost', isFatal: true },
  '53300': { kind: 'retriable', code: 'too-many-connections', hint: 'Raise max_connections of the server.' },
  '53100': { kind: 'retriable', code: 'disk-full', hint: 'Make room on the disk of the server.' },
  '53200': { kind: 'retriable', code: 'out-of-memory' },
  '25006': { kind: 'retriable', code: 'read-only', hint: 'The server, or the transaction, takes no writes.' },
  '25P02': { kind: 'retriable', code: 'transaction-aborted' },
  '25P03': { kind: 'retriable', code: 'connection-lost', isFatal: true },
  '28P01': { kind: 'state', code: 'access-denied', hint: 'Check connection.user and connection.password.' },
  '28000': {
    kind: 'state',
    code: 'access-denied',
    hint: 'Check connection.user, and that the server lets it in from here.',
  },
  '3D000': { kind: 'state', code: 'unknown-database', hint: 'Check the database in connection.url.' },
  '3F000': {
    kind: 'state',
    code: 'unknown-schema',
    hint: 'Make the schema; or, if the dots are part of the name of the table, put that name in quotes.',
  },
  '42501': { kind: 'state', code: 'permission-denied', hint: 'Grant connection.user the right it lacks.' },
  '42P01': { kind: 'state', code: 'unknown-table' },
  '42703': { kind: 'state', code: 'unknown-column' },
  '42P07': { kind: 'state', code: 'table-exists' },
  '42701': { kind: 'state', code: 'column-exists' },
  '42P10': {
    kind: 'state',
    code: 'no-unique-key',
    hint: 'Upsert needs a primary key or unique index on just the columns of pk.fields.',
  },
  '42804': { kind: 'data', code: 'type-mismatch' },
  '44000': { kind: 'data', code: 'constraint-violation' },
  '54000': { kind: 'data', code: 'value-too-large' },
  P0001: { kind: 'data', code: 'refused-by-trigger' },
  // What two who create the same table at once may meet instead of 42P07.
  '23505:pg_type_typname_nsp_index': { kind: 'state', code: 'table-exists' },
  '23505:pg_class_relname_nsp_index': { kind: 'state', code: 'table-exists' },
}

/** By the first two characters. */
const CLASSES: Readonly<Record<string, Verdict>> = {
  '08': { kind: 'retriable', code: 'connection-lost', isFatal: true },
  '22': { kind: 'data', code: 'value-out-of-range' },
  '23': { kind: 'data', code: 'constraint-violation' },
  '40': { kind: 'retriable', code: 'transaction-rolled-back' },
  '53': { kind: 'retriable', code: 'insufficient-resources' },
  '58': { kind: 'retriable', code: 'io-error' },
}

const LOST =
  /Connection terminated|connection error and is not queryable|Client was closed|timeout expired|timeout exceeded/i

export function classify(error: unknown): Verdict | null {
  const verdict = verdictOf(error)
  return verdict?.kind === 'data' ? { ...verdict, facts: toldFacts(error as Told) } : verdict
}

/** What comes beside the message. */
interface Told {
  readonly code?: unknown
  readonly table?: unknown
  readonly column?: unknown
  readonly constraint?: unknown
  readonly detail?: unknown
}

/** Of a key that is there twice, or points to nothing, the columns are in the detail only. */
function toldFacts({ code, table, column, constraint, detail }: Told): Facts {
  const keyed = typeof detail === 'string' ? /^Key \((.+?)\)=\(/.exec(detail)?.[1] : undefined
  return factsOf({ sqlstate: code, column: column ?? keyed, constraint, table })
}

function verdictOf(error: unknown): Verdict | null {
  const code = codeOf(error)
  const constraint = (error as { constraint?: unknown } | null)?.constraint
  const known = CODES[`${code}:${String(constraint)}`] ?? CODES[code] ?? classifyNetwork(error)
  if (known !== null) return known
  if (code.length === 5 && CLASSES[code.slice(0, 2)] !== undefined) return CLASSES[code.slice(0, 2)] ?? null
  const message = error instanceof Error ? error.message : ''
  if (/timeout expired/.test(message)) {
    return {
      kind: 'state',
      code: 'database-unreachable',
      isFatal: true,
      hint: 'Check host and port in connection.url.',
    }
  }
  if (LOST.test(message)) return { kind: 'retriable', code: 'connection-lost', isFatal: true }
  if (/password must be a string/.test(message)) {
    return { kind: 'state', code: 'access-denied', hint: 'Set connection.password.' }
  }
  return null
}

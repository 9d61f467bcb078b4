// What SQLite's result codes mean.
import { codeOf, factsOf, type Facts, type Verdict } from '../../failures.js'

const BY_PREFIX: readonly (readonly [string, Verdict])[] = [
  ['SQLITE_BUSY', { kind: 'retriable', code: 'database-locked' }],
  ['SQLITE_LOCKED', { kind: 'retriable', code: 'database-locked' }],
  ['SQLITE_FULL', { kind: 'retriable', code: 'disk-full', hint: 'Make room on the disk of the database file.' }],
  ['SQLITE_IOERR', { kind: 'retriable', code: 'io-error' }],
  ['SQLITE_CONSTRAINT', { kind: 'data', code: 'constraint-violation' }],
  ['SQLITE_MISMATCH', { kind: 'data', code: 'value-out-of-range' }],
  ['SQLITE_TOOBIG', { kind: 'data', code: 'value-too-large' }],
  ['SQLITE_READONLY', { kind: 'state', code: 'read-only', hint: 'Make the file and its folder writable.' }],
  ['SQLITE_PERM', { kind: 'state', code: 'permission-denied' }],
  [
    'SQLITE_NOTADB',
    { kind: 'state', code: 'not-a-database', hint: 'The file in connection.url is no SQLite database.' },
  ],
  ['SQLITE_CORRUPT', { kind: 'state', code: 'not-a-database', hint: 'The database file is damaged.' }],
  [
    'SQLITE_CANTOPEN',
    {
      kind: 'state',
      code: 'database-unreachable',
      hint: 'Check the path in connection.url and the rights on its folder.',
    },
  ],
]

export function classify(error: unknown): Verdict | null {
  const code = codeOf(error)
  const known = BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1]
  if (known?.kind === 'data') return { ...known, facts: toldFacts(code, error) }
  if (known !== undefined) return known
  const message = error instanceof Error ? error.message : ''
  if (/already exists/.test(message)) return { kind: 'state', code: 'table-exists' }
  if (/duplicate column name/.test(message)) return { kind: 'state', code: 'column-exists' }
  if (/no such table/.test(message)) return { kind: 'state', code: 'unknown-table' }
  if (/no such column|has no column named/.test(message)) return { kind: 'state', code: 'unknown-column' }
  if (/directory does not exist/.test(message)) {
    return { kind: 'state', code: 'database-unreachable', hint: 'Check the path in connection.url.' }
  }
  return null
}

/** There is no SQLSTATE; its own code tells the kind of the constraint. */
function toldFacts(code: string, error: unknown): Facts {
  const failed = /^([A-Z ]+) constraint failed(?:: (.+))?$/.exec(error instanceof Error ? error.message : '')
  const [, kind, what] = failed ?? []
  const isOfColumns = kind === 'NOT NULL' || kind === 'UNIQUE'
  const columns = isOfColumns ? what?.split(', ').map((name) => name.slice(name.indexOf('.') + 1)) : undefined
  return factsOf({
    'vendor.code': code,
    column: columns?.join(', '),
    constraint: kind === 'CHECK' ? what : undefined,
    table: isOfColumns ? what?.slice(0, what.indexOf('.')) : undefined,
  })
}

// What the error numbers of MySQL and MariaDB mean: https://mariadb.com/kb/en/mariadb-error-code-reference/
import {
  classifyNetwork,
  codeOf,
  factsOf,
  messageOf,
  UNKNOWN_COLUMN,
  type Facts,
  type Verdict,
} from '../../failures.js'

const lost: Verdict = { kind: 'retriable', code: 'connection-lost', isFatal: true }
const outOfRange: Verdict = { kind: 'data', code: 'value-out-of-range' }
const constraint: Verdict = { kind: 'data', code: 'constraint-violation' }
const denied: Verdict = {
  kind: 'state',
  code: 'access-denied',
  hint: 'Check connection.user and connection.password.',
}
const forbidden: Verdict = {
  kind: 'state',
  code: 'permission-denied',
  hint: 'Grant connection.user the right it lacks.',
}

const NUMBERS: readonly (readonly [verdict: Verdict, numbers: readonly number[]])[] = [
  [{ kind: 'retriable', code: 'deadlock' }, [1213, 1020]],
  [{ kind: 'retriable', code: 'lock-timeout' }, [1205, 3572]],
  [
    { kind: 'retriable', code: 'too-many-connections', hint: 'Raise max_connections of the server.' },
    [1040, 1203, 1226],
  ],
  [{ kind: 'retriable', code: 'disk-full', hint: 'Make room on the disk of the server.' }, [1021, 1114]],
  [
    { kind: 'retriable', code: 'read-only', hint: 'The server, or the transaction, takes no writes.' },
    [1290, 1792, 1836],
  ],
  [{ kind: 'retriable', code: 'statement-cancelled' }, [1317, 1969, 3024]],
  [
    lost,
    [
      1053, 1077, 1079, 1080, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927, 2002, 2006, 2013, 2055, 4031, 45009,
      45010, 45013, 45037, 45043,
    ],
  ],
  [{ kind: 'data', code: 'value-too-large', hint: 'Raise max_allowed_packet of the server.' }, [1301, 45011, 45036]],
  [outOfRange, [1264, 1265, 1292, 1366, 1367, 1406, 1411, 1441, 1425, 1426, 1690, 3140, 1416, 1210]],
  [
    constraint,
    [1022, 1048, 1062, 1169, 1216, 1217, 1364, 1369, 1451, 1452, 1526, 1557, 1586, 1748, 1761, 1762, 3819, 4025],
  ],
  [{ kind: 'data', code: 'refused-by-trigger' }, [1644]],
  [denied, [1045, 1698, 1251, 1524, 1820, 1862, 3118, 4151]],
  [forbidden, [1044, 1142, 1143, 1227, 1370, 1410]],
  [{ kind: 'state', code: 'unknown-database', hint: 'Check the database in connection.url.' }, [1049]],
  [{ kind: 'state', code: 'unknown-table' }, [1146, 1051]],
  [UNKNOWN_COLUMN, [1054]],
  [{ kind: 'state', code: 'table-exists' }, [1050]],
  [{ kind: 'state', code: 'column-exists' }, [1060]],
  [{ kind: 'state', code: 'row-too-wide', hint: 'Create the table by hand, with shorter columns.' }, [1118, 1071]],
]

const BY_NUMBER = new Map(NUMBERS.flatMap(([verdict, numbers]) => numbers.map((number) => [number, verdict] as const)))
const BY_CODE: Readonly<Record<string, Verdict>> = {
  PROTOCOL_CONNECTION_LOST: lost,
  PROTOCOL_SEQUENCE_TIMEOUT: lost,
  ER_SOCKET_UNEXPECTED_CLOSE: lost,
  ER_CMD_CONNECTION_CLOSED: lost,
  ER_CONNECTION_TIMEOUT: {
    kind: 'state',
    code: 'database-unreachable',
    isFatal: true,
    hint: 'Check host and port in connection.url.',
  },
}

export function classify(error: unknown): Verdict | null {
  const number = (error as { errno?: unknown } | null)?.errno
  const verdict = BY_CODE[codeOf(error)] ?? classifyNetwork(causeOf(error)) ?? BY_NUMBER.get(Number(number)) ?? null
  if (verdict === null) {
    return /closed state|connection is closed|Can't add new command/i.test(messageOf(error)) ? lost : null
  }
  if (verdict.kind !== 'data') return verdict
  const row = /at row (\d+)$/.exec(messageOf(error))?.[1]
  const facts = toldFacts(error as { sqlState?: unknown; errno?: unknown })
  return row === undefined || row === '0' ? { ...verdict, facts } : { ...verdict, facts, index: Number(row) - 1 }
}

/** Column, constraint and table are told within the message, behind the value if that is told. */
function toldFacts(error: { readonly sqlState?: unknown; readonly errno?: unknown }): Facts {
  const message = messageOf(error)
  const column =
    last(message, /(?:column|field) (?:`[^`]*`\.)*[`']([^`']+)[`']/gi) ?? last(message, /FOREIGN KEY \(`([^`]+)`/g)
  const constraint = last(message, /CONSTRAINT `([^`]+)`/g) ?? last(message, /(?:for key|Check constraint) '([^']+)'/g)
  const table = last(message, /(?:failed for|fails \()\s*`[^`]*`\.`([^`]+)`/g)
  // A check that belongs to a column has the name of table and column.
  const checked = table !== undefined && constraint?.startsWith(`${table}.`) ? constraint.slice(table.length + 1) : null
  return factsOf({
    sqlstate: error.sqlState,
    'vendor.code': error.errno,
    column: column ?? checked,
    constraint,
    table,
  })
}

function last(text: string, pattern: RegExp): string | undefined {
  return [...text.matchAll(pattern)].at(-1)?.[1]
}

/** A driver may wrap the socket's error. */
function causeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  return codeOf(error) === '' || codeOf(error).startsWith('ER_') ? (cause ?? error) : error
}

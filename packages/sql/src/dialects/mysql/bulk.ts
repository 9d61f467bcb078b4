// Rows as statements of many rows each, prepared; updates as one prepared statement, sent for each row without waiting.
import { insertRows, updateColumns, updateRow } from '../../ansi.js'
import { multiRow, oneByOne, type BulkWriter, type PlanColumn, type WritePlan } from '../../bulk.js'
import type { Session } from '../../dialect.js'

/** A session that knows how large a statement the server takes. */
export interface PacketSession extends Session {
  readonly packetBytes: number
}

/** What the protocol can number. */
const PARAMETERS = 65_535
/** More rows in a statement gain nothing. */
const ROWS = 3000
const KEYS = 1000

function upsertRows(plan: WritePlan, rows: number): string {
  const updated = plan.others.length === 0 ? plan.keys : plan.others
  return `${insertRows(plan, rows)} ON DUPLICATE KEY UPDATE ${setOf(updated, plan.version)}`
}

function fresh({ quoted }: PlanColumn): string {
  return `VALUES(${quoted})`
}

/** Assignments are done one after the other and see those before them: the version comes last. */
function setOf(columns: readonly PlanColumn[], version: PlanColumn | null): string {
  if (version === null) return columns.map((column) => `${column.quoted} = ${fresh(column)}`).join(', ')
  const isNewer = `${version.quoted} IS NULL OR ${version.quoted} <= ${fresh(version)}`
  return [...columns.filter((column) => column !== version), version]
    .map((column) => `${column.quoted} = IF(${isNewer}, ${fresh(column)}, ${column.quoted})`)
    .join(', ')
}

/** INSERT IGNORE would also take values that do not fit, cut. */
function ignoreRows(plan: WritePlan, rows: number): string {
  const same = plan.columns[0]?.quoted ?? ''
  return `${insertRows(plan, rows)} ON DUPLICATE KEY UPDATE ${same} = ${plan.table}.${same}`
}

/** A decimal comes as text, and beside a decimal column text would be compared as a double. */
function keyMark({ target }: PlanColumn): string {
  return target.kind === 'decimal' ? `CAST(? AS DECIMAL(${target.precision ?? 65},${target.scale ?? 30}))` : '?'
}

function deleteRows({ table, keys }: WritePlan, rows: number): string {
  const [key] = keys
  const times = (text: string, by: string): string => Array.from({ length: rows }, () => text).join(by)
  if (keys.length === 1 && key !== undefined) {
    return `DELETE FROM ${table} WHERE ${key.quoted} IN (${times(keyMark(key), ',')})`
  }
  const row = `(${keys.map((column) => `${column.quoted} = ${keyMark(column)}`).join(' AND ')})`
  return `DELETE FROM ${table} WHERE ${times(row, ' OR ')}`
}

export function bulk(plan: WritePlan, session: Session): BulkWriter {
  const bytes = Math.max(1_000_000, (session as PacketSession).packetBytes - 1_000_000)
  const limits = { rows: plan.mode === 'delete' ? KEYS : ROWS, parameters: PARAMETERS, bytes }
  switch (plan.mode) {
    case 'insert':
      return multiRow(session, plan.columns, limits, (rows) => insertRows(plan, rows))
    case 'upsert':
      return multiRow(session, plan.columns, limits, (rows) => upsertRows(plan, rows))
    case 'ignore':
      return multiRow(session, plan.columns, limits, (rows) => ignoreRows(plan, rows))
    case 'update':
      return oneByOne(session, updateColumns(plan), updateRow(plan))
    case 'delete':
      return multiRow(session, plan.keys, limits, (rows) => deleteRows(plan, rows))
  }
}

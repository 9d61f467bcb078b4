// Statements as the standard has them; dialects say only where theirs differ.
import { DATE, DECIMAL, TIME, TIMESTAMP, type Schema } from '@rowbridge/api'
import type { PlanColumn, WritePlan } from './bulk.js'
import { formatDate, formatTime, formatWall, nanosOf } from './datetime.js'
import type { Zone } from './zone.js'

/** A name in quotes; quotes within are doubled. */
export function quoteName(name: string, quote: string): string {
  return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`
}

export function names(columns: readonly PlanColumn[]): string {
  return columns.map((column) => column.quoted).join(',')
}

function insertHead(plan: WritePlan): string {
  return `INSERT INTO ${plan.table} (${names(plan.columns)})`
}

export function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(',')
}

/** `INSERT … VALUES (?,?),(?,?)` for a number of rows. */
export function insertRows(plan: WritePlan, rows: number): string {
  const row = `(${marks(plan.columns.length)})`
  return `${insertHead(plan)} VALUES ${Array.from({ length: rows }, () => row).join(',')}`
}

function matches(columns: readonly PlanColumn[]): string {
  return columns.map((column) => `${column.quoted} = ?`).join(' AND ')
}

/** `UPDATE … SET … WHERE …`: the others first, then the keys. Without keys it is every row's. */
export function updateRow(plan: WritePlan): string {
  const set = plan.others.map((column) => `${column.quoted} = ?`).join(', ')
  const { keys, version } = plan
  const isNewer = version === null ? '' : ` AND (${version.quoted} IS NULL OR ${version.quoted} <= ?)`
  return `UPDATE ${plan.table} SET ${set}${keys.length === 0 ? '' : ` WHERE ${matches(keys)}${isNewer}`}`
}

/** The columns in the order of the marks of `updateRow`. */
export function updateColumns({ others, keys, version }: WritePlan): readonly PlanColumn[] {
  return [...others, ...keys, ...(version === null ? [] : [version])]
}

export function deleteRow(plan: WritePlan): string {
  return `DELETE FROM ${plan.table} WHERE ${matches(plan.keys)}`
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

const LITERALS: Readonly<Record<string, (value: unknown, zone: Zone | null) => string>> = {
  [DECIMAL]: String,
  [DATE]: (value) => `'${formatDate(Number(value))}'`,
  [TIME]: (value) => `'${formatTime(Number(value), 3)}'`,
  [TIMESTAMP]: (value, zone) => {
    const ms = Number(value)
    return `'${formatWall(zone === null ? ms : zone.toWall(ms), nanosOf(ms), 3)}'`
  },
}

/** A default value as SQL text. */
export function literal(schema: Schema, value: unknown, zone: Zone | null): string {
  const logical = LITERALS[schema.name ?? '']
  if (logical !== undefined) return logical(value, zone)
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`
  return typeof value === 'string' ? textLiteral(value) : String(value)
}

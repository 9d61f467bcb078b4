// Rows as one array per column: the same statement text for every number of rows.
import { quoteElement } from '../../bind-array.js'
import type { BulkWriter, PlanColumn, WritePlan } from '../../bulk.js'
import type { Parameter, Session } from '../../dialect.js'
import { atRow } from '../../row-reader.js'
import { textOf } from './session.js'

const ROWS = 5000
/** Characters of one statement's parameters; the server takes up to a gigabyte. */
const CHARACTERS = 64_000_000

/** Element type of the array a column comes in, and the cast that makes it what the column holds. */
function arrayType({ target }: PlanColumn): { readonly element: string; readonly cast: string } {
  const type = target.cast ?? 'text'
  return target.isText === true ? { element: 'text', cast: `::${type}` } : { element: type, cast: '' }
}

function statementOf(plan: WritePlan): string {
  const rows = `unnest(${plan.columns.map((c, i) => `$${i + 1}::${arrayType(c).element}[]`).join(', ')})`
  const aliases = plan.columns.map((_, i) => `c${i + 1}`)
  const values = plan.columns.map((column, i) => `s.c${i + 1}${arrayType(column).cast}`)
  const source = `${rows} AS s(${aliases.join(', ')})`
  const of = (column: PlanColumn): string => values[plan.columns.indexOf(column)] ?? ''
  const set = (from: (column: PlanColumn) => string): string =>
    plan.others.map((c) => `${c.quoted} = ${from(c)}`).join(', ')
  const matches = plan.keys.map((c) => `t.${c.quoted} = ${of(c)}`).join(' AND ')
  const alias = plan.mode === 'upsert' && plan.version !== null ? ' AS t' : ''
  const insert = `INSERT INTO ${plan.table}${alias} (${plan.columns.map((c) => c.quoted).join(', ')}) SELECT ${values.join(', ')} FROM ${source}`
  switch (plan.mode) {
    case 'insert':
      return insert
    case 'upsert': {
      const keys = plan.keys.map((c) => c.quoted).join(', ')
      const update = plan.others.length === 0 ? 'NOTHING' : `UPDATE SET ${set((c) => `EXCLUDED.${c.quoted}`)}`
      const only = plan.version === null ? '' : ` WHERE ${isNewer(plan.version, `EXCLUDED.${plan.version.quoted}`)}`
      return `${insert} ON CONFLICT (${keys}) DO ${update}${only}`
    }
    case 'ignore': {
      const keys = plan.keys.length === 0 ? '' : ` (${plan.keys.map((c) => c.quoted).join(', ')})`
      return `${insert} ON CONFLICT${keys} DO NOTHING`
    }
    case 'update': {
      const only = plan.version === null ? '' : ` AND ${isNewer(plan.version, of(plan.version))}`
      return `UPDATE ${plan.table} AS t SET ${set(of)} FROM ${source}${matches === '' ? '' : ` WHERE ${matches}${only}`}`
    }
    case 'delete':
      return `DELETE FROM ${plan.table} AS t USING ${source} WHERE ${matches}`
  }
}

/** Whether a row that comes may overwrite the one that is there. */
function isNewer({ quoted }: PlanColumn, fresh: string): string {
  return `(t.${quoted} IS NULL OR t.${quoted} <= ${fresh})`
}

export function columnArrays(plan: WritePlan, session: Session): BulkWriter {
  const text = statementOf(plan)
  return {
    async write(rows) {
      let touched = 0
      for (let at = 0; at < rows.length;) {
        const { literals, to } = literalsOf(plan, rows, at)
        touched += await session.execute(text, literals)
        at = to
      }
      return touched
    },
  }
}

function literalsOf(
  plan: WritePlan,
  rows: readonly (readonly unknown[])[],
  from: number,
): { readonly literals: readonly string[]; readonly to: number } {
  let to = Math.min(rows.length, from + ROWS)
  for (;;) {
    const literals = plan.columns.map((column) => arrayText(column, rows, from, to))
    const size = literals.reduce((sum, literal) => sum + literal.length, 0)
    if (size <= CHARACTERS || to - from === 1) return { literals, to }
    to = from + Math.max(1, Math.floor((to - from) / 2))
  }
}

const NEEDS_NO_QUOTES = new Set(['integer', 'decimal', 'float', 'boolean', 'date'])

function arrayText(
  { bind, target, index }: PlanColumn,
  rows: readonly (readonly unknown[])[],
  from: number,
  to: number,
): string {
  const isBare = NEEDS_NO_QUOTES.has(target.kind)
  let out = '{'
  let r = from
  try {
    for (; r < to; r++) {
      if (r > from) out += ','
      const value = rows[r]?.[index]
      const parameter: Parameter = value === null || value === undefined ? null : bind(value)
      const text = textOf(parameter)
      if (text === null) out += 'NULL'
      else out += isBare ? text : quoteElement(text)
    }
  } catch (error) {
    throw atRow(error, r)
  }
  return `${out}}`
}

// Names of tables: from text to parts and back to text.
import { ConfigError, shown, StateError } from '@rowbridge/api'
import type { TableId } from './database.js'

/** The parts of `t`, `s.t`, `c.s.t`, each quoted or not; a doubled quote within quotes is one. Throws ConfigError. */
export function nameParts(
  name: string,
  quotes: string,
): readonly { readonly text: string; readonly isQuoted: boolean }[] {
  const parts: { text: string; isQuoted: boolean }[] = []
  let at = 0
  for (;;) {
    const quote = name[at]
    if (quote !== undefined && quotes.includes(quote)) {
      const end = closing(name, quote, at + 1)
      if (end < 0) throw invalid(name, 'has a quote that is not closed')
      parts.push({ text: name.slice(at + 1, end).replaceAll(quote + quote, quote), isQuoted: true })
      at = end + 1
    } else {
      const dot = name.indexOf('.', at)
      const end = dot < 0 ? name.length : dot
      parts.push({ text: name.slice(at, end), isQuoted: false })
      at = end
    }
    if (at === name.length) break
    if (name[at] !== '.') throw invalid(name, `has text behind a closing quote, at character ${at + 1}`)
    at += 1
  }
  if (parts.some((part) => part.text === '')) throw invalid(name, 'has an empty part')
  return parts
}

function closing(name: string, quote: string, from: number): number {
  let at = name.indexOf(quote, from)
  while (at >= 0 && name[at + 1] === quote) at = name.indexOf(quote, at + 2)
  return at
}

function invalid(name: string, problem: string): ConfigError {
  const message = `Table name ${JSON.stringify(name)} ${problem}`
  return new ConfigError('invalid-table-name', [{ key: 'table.name.format', message }], {
    hint: 'Dots part schema and table; a name with dots of its own goes in quotes, as in "${topic}".',
  })
}

/** Throws for a name that the database would cut, which would put two columns, or the rows of two tables, into one. */
export function checkLengths(id: TableId, names: readonly string[], limit: { readonly nameBytes?: number }): void {
  const most = limit.nameBytes ?? Infinity
  const long = names.find((name) => Buffer.byteLength(name) > most)
  if (long === undefined) return
  const message = `${shownTable(id)}: the name ${shown(long)} has more than ${most} bytes`
  throw new StateError('name-too-long', message, {
    hint: 'Give the field a shorter name, or the table one of its own.',
  })
}

/** Places the parts as the dialect means them. */
export function tableIdOf(name: string, parts: readonly string[], qualifier: 'schema' | 'catalog'): TableId {
  const [last = '', middle = null, first = null] = parts.toReversed()
  if (parts.length > 3 || (parts.length === 3 && qualifier === 'catalog')) throw invalid(name, 'has too many parts')
  return qualifier === 'catalog'
    ? { catalog: middle, schema: null, table: last }
    : { catalog: first, schema: middle, table: last }
}

/** `schema.table` without quotes, for messages. */
export function shownTable(id: TableId): string {
  return [id.catalog, id.schema, id.table].filter((part) => part !== null).join('.')
}

/** A name cut to that many bytes, between characters. */
export function cutName(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name
  let cut = ''
  let size = 0
  for (const char of name) {
    size += Buffer.byteLength(char)
    if (size > bytes) break
    cut += char
  }
  return cut
}

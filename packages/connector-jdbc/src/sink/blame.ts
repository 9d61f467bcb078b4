// What a database says of a row it refuses, completed by what the sink knows: the table, the column and the value that was to go there.
import { retold, shown, type DataError } from '@rowbridge/api'

export interface Blamed {
  /** As messages name it. */
  readonly table: string
  readonly columns: readonly { readonly name: string; readonly isKey: boolean }[]
  readonly row: readonly unknown[]
}

/** Values shown of a row of which no column is blamed. */
const MOST_SHOWN = 12

/** The same error with the values of the columns that it names, else with those of the row. */
export function blamed(error: DataError, { table, columns, row }: Blamed): DataError {
  const facts = error.facts?.['table'] === undefined ? { table } : {}
  const named = new Set(error.facts?.['column']?.split(', ').map((name) => name.toLowerCase()))
  const found = columns.flatMap(({ name }, i) => (named.has(name.toLowerCase()) ? [i] : []))
  const told = found.length > 0 ? found : [...columns.keys()].slice(0, MOST_SHOWN)
  const values = told.map((i) => ({ name: columns[i]?.name ?? '', text: shown(row[i] ?? null) }))
  // A binder shows the value it refuses.
  if (values.some(({ name, text }) => error.message.includes(`${name}: ${text} `))) return retold(error, { facts })
  const rest = found.length === 0 && columns.length > MOST_SHOWN ? ', …' : ''
  const list = values.map(({ name, text }) => `${name}=${text}`).join(', ')
  return retold(error, { message: `${error.message} (with ${list}${rest})`, facts })
}

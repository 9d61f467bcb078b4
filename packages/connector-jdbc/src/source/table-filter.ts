// Which of the tables a database has are to be read: by name or by pattern.
import { ConfigError, nearestKey } from '@rowbridge/api'
import type { TableId } from '@rowbridge/sql'
import { patternOf } from './pattern.js'

export interface FilterConfig {
  readonly 'table.whitelist': readonly string[]
  readonly 'table.blacklist': readonly string[]
  readonly 'table.include.list': readonly string[]
  readonly 'table.exclude.list': readonly string[]
}

/** The name of a table with all the parts it has, without quotes. */
export function fullName(id: TableId): string {
  return [id.catalog, id.schema, id.table].filter((part) => part !== null).join('.')
}

function matches(list: readonly string[]): (id: TableId) => boolean {
  const patterns = list.map((regex) => patternOf(regex))
  return (id) => patterns.some((pattern) => pattern.test(fullName(id)))
}

/** The tables the configuration asks for, in the order given. `quote` gives a name as it stands in a statement. */
export function chooseTables(
  tables: readonly TableId[],
  config: FilterConfig,
  quote: (id: TableId) => string,
): readonly TableId[] {
  const isNamed = (list: readonly string[]) => {
    const names = new Set(list)
    return (id: TableId) => names.has(fullName(id)) || names.has(quote(id)) || names.has(id.table)
  }
  if (config['table.include.list'].length > 0 || config['table.exclude.list'].length > 0) {
    const isExcluded = matches(config['table.exclude.list'])
    return tables.filter(matches(config['table.include.list'])).filter((id) => !isExcluded(id))
  }
  if (config['table.whitelist'].length > 0) return tables.filter(isNamed(config['table.whitelist']))
  const isLeftOut = isNamed(config['table.blacklist'])
  return tables.filter((id) => !isLeftOut(id))
}

/** What the whitelist names and the database does not have now, each with the nearest table, if any is near. */
export function missingTables(
  tables: readonly TableId[],
  config: FilterConfig,
  quote: (id: TableId) => string,
): readonly { readonly name: string; readonly nearest: string | null }[] {
  const known = new Set(tables.flatMap((id) => [fullName(id), quote(id), id.table]))
  return config['table.whitelist']
    .filter((name) => !known.has(name))
    .map((name) => ({ name, nearest: nearestKey(name, [...known]) }))
}

/** Two tables of one name would share a topic. */
export function refuseSameNames(tables: readonly TableId[]): void {
  const byName = new Map<string, TableId>()
  for (const id of tables) {
    const other = byName.get(id.table)
    if (other !== undefined) {
      const message = `Tables ${fullName(other)} and ${fullName(id)} have the same name, so their rows would go to the same topic.`
      throw new ConfigError('ambiguous-tables', [{ key: 'table.whitelist', message }], {
        hint: 'Name one of them with its schema in table.whitelist, or narrow schema.pattern or catalog.pattern.',
      })
    }
    byName.set(id.table, id)
  }
}

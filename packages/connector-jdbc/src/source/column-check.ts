// Holds the keys about columns against the tables there are: at validation, and in the log when the connector deals its tables out.
import { ConfigError, type ConfigProblem, type Log } from '@rowbridge/api'
import type { Database, TableId } from '@rowbridge/sql'
import { columnRulesOf, type ColumnName } from './column-rules.js'
import type { SourceConfig } from './config.js'
import { modeOf } from './modes/modes.js'
import { keyColumnsOf } from './record-key.js'
import { querySource, tableSource } from './row-source.js'
import { queryOf } from './rules.js'
import { chosenTables } from './table-monitor.js'

/** An answer is worth having only while somebody waits for it. */
const LONGEST_MS = 5000
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** What is wrong with keys and columns in the tables that are chosen; nothing is looked at where no key asks for it. */
export async function columnProblems(database: Database, config: SourceConfig): Promise<readonly ConfigProblem[]> {
  if (columnRulesOf(config) === null && keyColumnsOf(config['key.mode']) === 'none') return []
  const options = { config, mode: modeOf(config.mode), database, log: SILENT }
  if (queryOf(config) !== '') return problemsOf(() => querySource(options))
  const end = Date.now() + LONGEST_MS
  const { tables } = await chosenTables(database, config)
  for (const id of tables) {
    const problems = await problemsOf(() => tableSource(id, options))
    if (problems.length > 0 || Date.now() > end) return problems
  }
  return []
}

/** Other errors are those of the task, which tells them when it starts. */
async function problemsOf(work: () => Promise<unknown>): Promise<readonly ConfigProblem[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) return []
    const hint = error.hint === null ? '' : ` ${error.hint}`
    return error.problems.map(({ key, message }) => ({ key, message: message + hint }))
  }
}

/** Names the entries of the column lists that fit no column of any table: a typing error there would let a column out. */
export async function warnUnmatched(
  database: Database,
  tables: readonly TableId[],
  { config, log }: { readonly config: SourceConfig; readonly log: Log },
): Promise<void> {
  const rules = columnRulesOf(config)
  if (rules === null || tables.length === 0) return
  const names: ColumnName[] = []
  for (const id of tables) {
    const table = await database.describe(id)
    names.push(...(table?.columns ?? []).map((column) => ({ table: id, column: column.name })))
  }
  for (const { key, entry } of rules.unmatched(names)) {
    log.warn(
      `${key}: ${entry} fits no column of the tables that are read. An entry with a dot that stands for itself has to match schema.table.column or table.column, any other the name of a column.`,
      { key },
    )
  }
}

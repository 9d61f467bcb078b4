// Keys of one table: `table.<name>.<key>` stands for `<key>` where records go into that table.
import { ConfigError, type ConfigProblem, type Props } from '@rowbridge/api'

const PREFIX = 'table.'
const OVERRIDABLE = [
  'insert.mode',
  'delete.enabled',
  'tombstones',
  'null.mode',
  'version.column',
  'pk.mode',
  'pk.fields',
  'fields.whitelist',
  'timestamp.fields.list',
  'nested.mode',
  'unknown.fields',
  'overflow.column',
  'schema.infer',
  'auto.create',
  'auto.evolve',
  'evolve.mode',
] as const

interface TableKey {
  readonly table: string
  readonly key: string
}

function parse(name: string): TableKey | null {
  if (!name.startsWith(PREFIX)) return null
  const key = OVERRIDABLE.find((candidate) => name.endsWith(`.${candidate}`))
  if (key === undefined) return null
  const table = name.slice(PREFIX.length, -key.length - 1)
  return table === '' ? null : { table, key }
}

export function isTableKey(name: string): boolean {
  return parse(name) !== null
}

/** The configuration of each table that has keys of its own. */
export class TableKeys<C> {
  readonly problems: readonly ConfigProblem[]
  readonly #byTable: ReadonlyMap<string, C>

  constructor(props: Props, parseAll: (props: Props) => C) {
    const changes = new Map<string, Record<string, string>>()
    for (const [name, value] of Object.entries(props)) {
      const own = parse(name)
      if (own === null) continue
      changes.set(own.table, { ...changes.get(own.table), [own.key]: value })
    }
    const problems: ConfigProblem[] = []
    const byTable = new Map<string, C>()
    for (const [table, own] of changes) {
      try {
        byTable.set(table, parseAll({ ...props, ...own }))
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        const [first = ''] = Object.keys(own)
        for (const { key, message } of error.problems) {
          const blamed = Object.hasOwn(own, key) ? key : first
          problems.push({ key: `${PREFIX}${table}.${blamed}`, message: `Table ${table}: ${message}` })
        }
      }
    }
    this.problems = problems
    this.#byTable = byTable
  }

  /** By the name as the configuration writes it, without quotes around it, or by its last part. */
  of(written: string): C | undefined {
    const last = /[^.]*$/.exec(written)?.[0] ?? ''
    for (const name of [written, bare(written), bare(last)]) {
      const own = this.#byTable.get(name)
      if (own !== undefined) return own
    }
    return undefined
  }
}

function bare(name: string): string {
  return /^(["`]).*\1$/.test(name) ? name.slice(1, -1) : name
}

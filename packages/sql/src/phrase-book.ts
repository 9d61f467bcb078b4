// Writes CREATE TABLE and ALTER TABLE with knex, which is given no connection and loaded when first needed.
// Names go through it in code, because it takes dots, spaces and ` as ` in a name for syntax; the quotes are ours.
import type { Knex } from 'knex'
import type { TableId } from './database.js'

export interface DdlColumn {
  readonly name: string
  /** In the database's words. */
  readonly type: string
  readonly isNullable: boolean
  /** SQL text; null: none. */
  readonly defaultText: string | null
}

const CODED = 0xe000
const UNNAMED = '\u0001'

/** ASCII that is neither letter nor digit, shifted into a private area of Unicode. */
function encode(name: string): string {
  return name.replace(/[^A-Za-z0-9\u0080-\uffff]/g, (char) => String.fromCharCode(CODED + char.charCodeAt(0)))
}

function decode(name: string): string {
  return name.replace(/[\ue000-\ue07f]/g, (char) => String.fromCharCode(char.charCodeAt(0) - CODED))
}

export interface PhraseBook {
  createTable(id: TableId, columns: readonly DdlColumn[], primaryKey: readonly string[]): string
  addColumns(id: TableId, columns: readonly DdlColumn[]): string
}

/** The book for one of knex's clients; `quote` puts a name into the dialect's quotes. */
export async function openPhraseBook(client: string, quote: (name: string) => string): Promise<PhraseBook> {
  const { default: knex } = await import('knex')
  const phrases = knex({ client, wrapIdentifier: (name) => quote(decode(name)), useNullAsDefault: true })
  const schemaOf = (id: TableId): Knex.SchemaBuilder => {
    const qualifier = id.schema ?? id.catalog
    return qualifier === null ? phrases.schema : phrases.schema.withSchema(encode(qualifier))
  }
  const add = (builder: Knex.CreateTableBuilder, column: DdlColumn): void => {
    const built = builder.specificType(encode(column.name), column.type)
    if (column.defaultText !== null) built.defaultTo(phrases.raw(escapeMarks(column.defaultText)))
    else if (column.isNullable) built.nullable()
    else built.notNullable()
  }
  return {
    createTable: (id, columns, primaryKey) => {
      const text = schemaOf(id).createTable(encode(id.table), (builder) => {
        for (const column of columns) add(builder, column)
        if (primaryKey.length > 0) builder.primary(primaryKey.map(encode), encode(UNNAMED))
      })
      return text.toQuery().replace(`constraint ${quote(UNNAMED)} `, '')
    },
    addColumns: (id, columns) =>
      schemaOf(id)
        .alterTable(encode(id.table), (builder) => {
          for (const column of columns) add(builder, column)
        })
        .toQuery(),
  }
}

function escapeMarks(text: string): string {
  return text.replaceAll('?', '\\?')
}

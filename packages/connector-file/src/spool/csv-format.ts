// Rows of CSV files: the columns by the header, or by their order.
import { struct, type Schema } from '@rowbridge/api'
import { absent, compileCell, type Cell } from './cells.js'
import type { CsvConfig } from './config.js'
import { csvParser, type CsvRow } from './csv-parser.js'
import {
  fieldError,
  keySchemaOf,
  OPTIONAL_TEXT,
  schemaRulesOf,
  type Format,
  type Rows,
  type SchemaRules,
  type Survey,
} from './format.js'
import { ColumnType } from './infer.js'
import { LineError, type Found } from './record-parser.js'

interface Reader {
  readonly name: string
  /** Place in the row; -1: not there. */
  readonly column: number
  readonly schema: Schema
  readonly cell: Cell
}

export function csvFormat(config: CsvConfig): Format<CsvRow> {
  const rules = schemaRulesOf(config)
  const hasHeader = config['csv.first.row.as.header']
  const isExact = config['csv.case.sensitive.field.names']
  return {
    hasHeader,
    parser: () => csvParser(config),
    survey: () => (rules.isInferred ? surveyOf(rules, hasHeader) : null),
    compile: (first, surveyed) => {
      const names = hasHeader ? headerOf(first) : (rules.value?.fields.map(({ name }) => name) ?? namesOf(first))
      const valueSchema =
        rules.value ??
        surveyed ??
        struct(
          names.map((name) => ({ name, schema: OPTIONAL_TEXT })),
          { name: rules.valueName },
        )
      const keySchema = keySchemaOf(rules, valueSchema, first.line)
      const columnOf = columnsOf(names, isExact)
      const readersOf = (schema: Schema) =>
        schema.fields.map((field) => ({
          name: field.name,
          column: columnOf(field.name),
          schema: field.schema,
          cell: compileCell(field.schema, rules.times),
        }))
      // Without a header a schema may leave out the last columns.
      const isLoose = !hasHeader && rules.value !== null
      return {
        keySchema,
        valueSchema,
        rowOf: compileRow(
          readersOf(valueSchema),
          keySchema === null ? null : readersOf(keySchema),
          names.length,
          isLoose,
        ),
      }
    },
  }
}

function compileRow(
  value: readonly Reader[],
  key: readonly Reader[] | null,
  columns: number,
  isLoose: boolean,
): Rows<CsvRow>['rowOf'] {
  return (found) => {
    const { data, line } = found
    if (data.length < columns || (data.length > columns && !isLoose)) {
      throw new LineError(
        line,
        `the row has ${data.length} fields, not ${columns}`,
        'Quote fields that hold the separator, or set csv.separator.char.',
      )
    }
    return { key: key === null ? null : cellsOf(key, found), value: cellsOf(value, found) }
  }
}

function cellsOf(readers: readonly Reader[], { data, line }: Found<CsvRow>): unknown[] {
  let at = 0
  try {
    const values: unknown[] = []
    for (; at < readers.length; at += 1) {
      const reader = readers[at] as Reader
      const text = data[reader.column] ?? null
      values.push(text === null ? absent(reader.schema) : reader.cell(text))
    }
    return values
  } catch (error) {
    throw fieldError(error, line, readers[at]?.name ?? '')
  }
}

/** A column without a name is named by its place. */
function headerOf(first: Found<CsvRow>): readonly string[] {
  const names = first.data.map((name, i) => (name === null || name.trim() === '' ? placeName(i) : name))
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice === undefined) return names
  throw new LineError(first.line, `the header has ${twice} twice`, 'Give each column a name of its own.')
}

function namesOf(first: Found<CsvRow>): readonly string[] {
  return first.data.map((_, i) => placeName(i))
}

function placeName(index: number): string {
  return `column${String(index + 1).padStart(2, '0')}`
}

function columnsOf(names: readonly string[], isExact: boolean): (name: string) => number {
  return (name) => {
    const exact = names.indexOf(name)
    if (exact >= 0 || isExact) return exact
    const folded = name.trim().toLowerCase()
    return names.findIndex((candidate) => candidate.trim().toLowerCase() === folded)
  }
}

function surveyOf(rules: SchemaRules, hasHeader: boolean): Survey<CsvRow> {
  let names: readonly string[] | null = null
  const columns: ColumnType[] = []
  return {
    add: (found) => {
      const isHeader = names === null && hasHeader
      names ??= hasHeader ? headerOf(found) : namesOf(found)
      if (isHeader) return
      for (const [i, text] of found.data.entries()) (columns[i] ??= new ColumnType(rules.times)).add(text ?? '')
    },
    get schema() {
      const fields = (names ?? []).map((name, i) => ({ name, schema: columns[i]?.schema ?? OPTIONAL_TEXT }))
      return struct(fields, { name: rules.valueName })
    },
  }
}

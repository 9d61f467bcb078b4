// The kinds of files that a folder may hold: what each is read with.
import type { JsonNode } from '@rowbridge/api'
import { spoolDirCsvConfig, spoolDirJsonConfig } from './config.js'
import { csvFormat } from './csv-format.js'
import type { CsvRow } from './csv-parser.js'
import { jsonFormat } from './json-format.js'
import type { SpoolKind } from './task.js'

/** Offsets of CSV files are lines, those of JSON files records. */
export const csvKind: SpoolKind<CsvRow> = {
  parse: (props) => spoolDirCsvConfig.parse(props),
  format: (props) => csvFormat(spoolDirCsvConfig.parse(props)),
  offsetOf: ({ line }) => line,
}

export const jsonKind: SpoolKind<JsonNode> = {
  parse: (props) => spoolDirJsonConfig.parse(props),
  format: (props) => jsonFormat(spoolDirJsonConfig.parse(props)),
  offsetOf: ({ index }) => index,
}

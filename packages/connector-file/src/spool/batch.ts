// Portions of a file as batches of records.
import { primitive, timestamp, TIMESTAMP, ConfigError, type Header, type SourceBatch } from '@rowbridge/api'
import type { SpoolConfig } from './config.js'
import type { InputFile } from './folder.js'
import type { Rows } from './format.js'
import type { Portion } from './spool-file.js'

const TEXT = primitive('string')
const LONG = primitive('int64')

export type BatchOf = (portion: Portion) => SourceBatch

export function compileBatch(
  config: SpoolConfig,
  input: InputFile,
  rows: Pick<Rows<never>, 'keySchema' | 'valueSchema'> | null,
): BatchOf {
  const keySchema = rows?.keySchema ?? null
  const valueSchema = rows?.valueSchema ?? null
  const timestampsOf = compileTimestamps(config, input, rows)
  const headersOf = config['metadata.location'] === 'HEADERS' ? compileHeaders(input) : null
  return ({ rows: values, lines, place }) => ({
    topic: config.topic,
    partition: null,
    length: values.length,
    key: keySchema === null ? null : { schema: keySchema, values: values.map(({ key }) => key) },
    value: { schema: valueSchema, values: values.map(({ value }) => value) },
    timestamps: timestampsOf(values),
    headers: headersOf === null ? null : lines.map(headersOf),
    sourcePartition: { fileName: input.name },
    sourceOffset: { ...place },
  })
}

function compileTimestamps(
  config: SpoolConfig,
  { stats }: InputFile,
  rows: Pick<Rows<never>, 'valueSchema'> | null,
): (rows: Portion['rows']) => (number | null)[] | null {
  const mode = config['timestamp.mode']
  if (mode === 'PROCESS_TIME') return () => null
  if (mode === 'FILE_TIME') return (values) => values.map(() => Math.trunc(stats.mtimeMs))
  const name = config['timestamp.field']
  const field = rows?.valueSchema.fields.find((candidate) => candidate.name === name)
  if (field?.schema.name === TIMESTAMP) return (values) => values.map(({ value }) => Number(value[field.index]))
  const message = `timestamp.field: ${name} is no field of the type Timestamp`
  throw new ConfigError('invalid-config', [{ key: 'timestamp.field', message }], {
    hint: `Give it the name ${TIMESTAMP} in value.schema.`,
  })
}

/** Only the place in the file differs from record to record. */
function compileHeaders({ name, path, stats }: InputFile): (line: number) => readonly Header[] {
  const before: readonly Header[] = [
    { key: 'file.name', schema: TEXT, value: name },
    { key: 'file.path', schema: TEXT, value: path },
    { key: 'file.length', schema: LONG, value: stats.size },
  ]
  const after = { key: 'file.last.modified', schema: timestamp(), value: Math.trunc(stats.mtimeMs) }
  return (line) => [...before, { key: 'file.offset', schema: LONG, value: line }, after]
}

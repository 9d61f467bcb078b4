// The keys of the sink that the Java connectors do not have.
import type { ConfigKeys } from '@rowbridge/api'

export const partialKeys = {
  'null.mode': {
    type: 'enum',
    values: ['write', 'skip'],
    default: 'write',
    importance: 'low',
    group: 'Writes',
    width: 'short',
    doc: 'What a null does: `write` writes it, `skip` leaves the column as it is, or to its default in a new row. A field that plain JSON does not have is never written.',
  },
  'version.column': {
    type: 'string',
    default: '',
    importance: 'low',
    group: 'Writes',
    width: 'medium',
    doc: 'Field that grows with each change of a row. A record whose version is older than that of the row in the table does not overwrite it.',
  },
  tombstones: {
    type: 'enum',
    values: ['fail', 'ignore'],
    default: 'fail',
    importance: 'low',
    group: 'Writes',
    width: 'short',
    doc: 'What a record without a value does while `delete.enabled` is false.',
  },
  'topics.to.tables.mapping': {
    type: 'list',
    default: [],
    check: checkMapping,
    importance: 'low',
    group: 'Data Mapping',
    width: 'long',
    doc: 'Tables of topics, as `topic:table,topic:table`. Where it is set `table.name.format` is not used, and a topic without a table is an error.',
  },
  'table.name.normalize': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: 'Data Mapping',
    width: 'short',
    doc: 'Whether all but letters, digits and underscores of a topic become underscores in the name of its table.',
  },
  'table.name.dots': {
    type: 'enum',
    values: ['part', 'underscore'],
    default: 'part',
    importance: 'low',
    group: 'Data Mapping',
    width: 'short',
    doc: 'What dots of a topic mean in the name of its table: `part` schema and table, or become an `underscore`.',
  },
} as const satisfies ConfigKeys

export const nestedKeys = {
  'nested.mode': {
    type: 'enum',
    values: ['json', 'flatten', 'fail'],
    default: 'json',
    importance: 'medium',
    group: 'Data Mapping',
    width: 'short',
    doc: 'What becomes of a struct, map or array within a value. `json`: a column of JSON, or an array where the database has them. `flatten`: each field of a struct is a column of its own, named `outer_inner`. `fail`: such a record is refused.',
  },
  'unknown.fields': {
    type: 'enum',
    values: ['evolve', 'ignore', 'overflow'],
    default: 'evolve',
    importance: 'medium',
    group: 'Data Mapping',
    width: 'short',
    doc: 'What becomes of a field that the table has no column for. `evolve`: the column is added where `auto.evolve` allows it, else the record is refused. `ignore`: it is left out. `overflow`: it is kept in `overflow.column`.',
  },
  'overflow.column': {
    type: 'string',
    default: 'overflow',
    check: (value) => (value === '' ? 'String must be non-empty' : null),
    importance: 'low',
    group: 'Data Mapping',
    width: 'medium',
    doc: 'Column for the fields that have none, as one JSON object.',
  },
  'schema.infer': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Data Mapping',
    width: 'short',
    doc: 'Whether the types of columns that are to be made are taken from the values, for records without a schema. Without it such records are written to the columns there are.',
  },
} as const satisfies ConfigKeys

export const evolveKeys = {
  'evolve.mode': {
    type: 'enum',
    values: ['add', 'widen'],
    default: 'add',
    importance: 'low',
    group: 'DDL Support',
    width: 'short',
    doc: 'What `auto.evolve` may do. `add`: add columns. `widen`: also give columns longer or wider types and let them be null, as the records need it; never the other way.',
  },
} as const satisfies ConfigKeys

export const onceKeys = {
  'exactly.once': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Writes',
    width: 'short',
    doc: 'Whether offsets are kept in the database, in the transaction of the rows, so that no record is written twice, in tables without a key either. Reading then goes on from there, not from where the consumer group is.',
  },
  'exactly.once.table': {
    type: 'string',
    default: 'rowbridge_offsets',
    check: (value) => (value.trim() === '' ? 'String must be non-empty' : null),
    visible: (props) => props['exactly.once'] === 'true',
    importance: 'low',
    group: 'Writes',
    width: 'medium',
    doc: 'Table that keeps the offsets; made where it is missing. Connectors may share it.',
  },
} as const satisfies ConfigKeys

function checkMapping(text: string): string | null {
  const wrong = text === '' ? undefined : text.split(',').find((item) => !/^\s*[^:]+:[^:]+$/.test(item))
  return wrong === undefined ? null : `Each item must be topic:table, which ${JSON.stringify(wrong.trim())} is not`
}

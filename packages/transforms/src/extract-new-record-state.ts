// Debezium's ExtractNewRecordState: change events become the rows they tell of.
import {
  defineBatchTransform,
  defineConfig,
  oncePerSchema,
  perStretch,
  primitive,
  type Header,
  type RecordBatch,
  type Row,
} from '@rowbridge/api'
import { compileEnvelope, fieldsLeft, type Envelope } from './envelope.js'
import { REPLACE_NULL } from './keys.js'
import { debeziumTransform } from './names.js'
import { compilePick, basicsOf, schemaOfFields } from './rows.js'

const MODES = ['drop', 'tombstone', 'rewrite', 'rewrite-with-tombstone', 'delete-to-tombstone'] as const
const STRING = primitive('string', { optional: true })

const config = defineConfig({
  'delete.tombstone.handling.mode': {
    type: 'enum',
    values: MODES,
    default: null,
    importance: 'medium',
    doc:
      'What becomes of deletions and of the tombstones after them: `tombstone` (the default): the deletion becomes a ' +
      'tombstone; `drop`: both go; `rewrite`: the old row with `__deleted`; `rewrite-with-tombstone`: that, and the tombstone; ' +
      '`delete-to-tombstone`: a tombstone without a schema.',
  },
  'drop.tombstones': {
    type: 'boolean',
    default: null,
    importance: 'low',
    doc: 'Older setting: whether tombstones go. Counts where `delete.tombstone.handling.mode` is not set.',
  },
  'delete.handling.mode': {
    type: 'enum',
    values: ['drop', 'rewrite', 'none'],
    default: null,
    importance: 'low',
    doc: 'Older setting: what becomes of deletions. Counts where `delete.tombstone.handling.mode` is not set.',
  },
  'add.fields': {
    type: 'list',
    default: [],
    importance: 'low',
    doc: 'What of the event becomes fields of the row: `op`, `table`, `source.ts_ms`, `lsn:position`.',
  },
  'add.fields.prefix': {
    type: 'string',
    default: '__',
    importance: 'low',
    doc: 'What the names of those fields begin with.',
  },
  'add.headers': { type: 'list', default: [], importance: 'low', doc: 'What of the event becomes headers.' },
  'add.headers.prefix': {
    type: 'string',
    default: '__',
    importance: 'low',
    doc: 'What the names of those headers begin with.',
  },
  'route.by.field': { type: 'string', default: '', importance: 'low', doc: 'Column whose content is the topic.' },
  'drop.fields.header.name': {
    type: 'string',
    default: null,
    importance: 'low',
    doc: 'Header with a list of the fields to leave out.',
  },
  'drop.fields.from.key': {
    type: 'boolean',
    default: false,
    importance: 'low',
    doc: 'Whether they leave the key, too.',
  },
  'drop.fields.keep.schema.compatible': {
    type: 'boolean',
    default: true,
    importance: 'low',
    doc: 'Whether only optional fields are left out.',
  },
  ...REPLACE_NULL,
})

export type UnwrapSettings = ReturnType<typeof config.parse>

export const extractNewRecordState = defineBatchTransform(
  debeziumTransform('ExtractNewRecordState'),
  config,
  (settings) => {
    const handling = handlingOf(settings)
    const envelopeOf = oncePerSchema((schema) =>
      schema?.name?.endsWith('.Envelope') === true && schema.type === 'struct'
        ? compileEnvelope(schema, settings, handling.addsDeleted)
        : null,
    )
    return {
      apply: (batch) => {
        const envelope = envelopeOf(batch.value.schema)
        const { values } = batch.value
        if (envelope === null && !values.includes(null)) return batch
        const parts = { envelope, handling, settings }
        return perStretch(batch, kindsOf(batch, envelope, settings), (stretch, kind) => unwrapped(stretch, kind, parts))
      },
    }
  },
)

/** What the settings, old or new, say about deletions and tombstones. */
interface Handling {
  readonly deletes: 'drop' | 'null' | 'null-without-schema' | 'rewrite'
  readonly keepsTombstones: boolean
  /** Whether every row gets `__deleted`. */
  readonly addsDeleted: boolean
}

function handlingOf(settings: UnwrapSettings): Handling {
  const mode = settings['delete.tombstone.handling.mode']
  if (mode === null && (settings['drop.tombstones'] !== null || settings['delete.handling.mode'] !== null)) {
    const old = settings['delete.handling.mode'] ?? 'drop'
    const deletes = old === 'none' ? 'null' : old === 'rewrite' ? 'rewrite' : 'drop'
    return { deletes, keepsTombstones: settings['drop.tombstones'] === false, addsDeleted: old === 'rewrite' }
  }
  switch (mode ?? 'tombstone') {
    case 'drop':
      return { deletes: 'drop', keepsTombstones: false, addsDeleted: false }
    case 'tombstone':
      return { deletes: 'null', keepsTombstones: false, addsDeleted: false }
    case 'rewrite':
      return { deletes: 'rewrite', keepsTombstones: false, addsDeleted: true }
    case 'rewrite-with-tombstone':
      return { deletes: 'rewrite', keepsTombstones: true, addsDeleted: true }
    case 'delete-to-tombstone':
      return { deletes: 'null-without-schema', keepsTombstones: false, addsDeleted: false }
  }
}

/** Records of one kind go the same way. */
interface Kind {
  readonly type: 'plain' | 'tombstone' | 'truncate' | 'row' | 'delete'
  readonly topic: string
  readonly dropped: readonly string[]
}

interface Parts {
  readonly envelope: Envelope | null
  readonly handling: Handling
  readonly settings: UnwrapSettings
}

/** The kind of each record, one object for all of a kind. */
function kindsOf(batch: RecordBatch, envelope: Envelope | null, settings: UnwrapSettings): (index: number) => Kind {
  if (settings['route.by.field'] === '' && settings['drop.fields.header.name'] === null) {
    return (i) => KINDS[typeAt(batch.value.values[i] as Row | null, envelope)]
  }
  const known = new Map<string, Kind>()
  return (i) => {
    const kind = kindAt(batch, i, { envelope, settings })
    const key = JSON.stringify(kind)
    const same = known.get(key) ?? kind
    known.set(key, same)
    return same
  }
}

const KINDS: Readonly<Record<Kind['type'], Kind>> = {
  plain: { type: 'plain', topic: '', dropped: [] },
  tombstone: { type: 'tombstone', topic: '', dropped: [] },
  truncate: { type: 'truncate', topic: '', dropped: [] },
  row: { type: 'row', topic: '', dropped: [] },
  delete: { type: 'delete', topic: '', dropped: [] },
}

function typeAt(value: Row | null, envelope: Envelope | null): Kind['type'] {
  if (value === null) return 'tombstone'
  if (envelope === null) return 'plain'
  if (envelope.after(value) !== null) return 'row'
  return envelope.before(value) === null ? 'truncate' : 'delete'
}

function kindAt(batch: RecordBatch, i: number, { envelope, settings }: Omit<Parts, 'handling'>): Kind {
  const value = batch.value.values[i] as Row | null
  const type = typeAt(value, envelope)
  if (envelope === null || value === null || (type !== 'row' && type !== 'delete')) return KINDS[type]
  const row = type === 'row' ? envelope.after(value) : envelope.before(value)
  return { type, topic: envelope.topicOf(row), dropped: droppedAt(batch, i, settings) }
}

/** The names that the header of a record lists. */
function droppedAt({ headers }: RecordBatch, i: number, settings: UnwrapSettings): readonly string[] {
  const name = settings['drop.fields.header.name']
  const value = name === null ? null : (headers?.[i]?.findLast(({ key }) => key === name)?.value ?? null)
  return Array.isArray(value) ? value.map(String) : []
}

function unwrapped<B extends RecordBatch>(stretch: B, kind: Kind, { envelope, handling, settings }: Parts): B | null {
  if (kind.type === 'plain') return stretch
  if (kind.type === 'tombstone') {
    return handling.keepsTombstones ? withHeaders(stretch, tombstoneHeaders(settings)) : null
  }
  if (envelope === null || kind.type === 'truncate') return null
  const isDelete = kind.type === 'delete'
  if (isDelete && handling.deletes === 'drop') return null
  const headed = withHeaders(stretch, envelope.headers)
  const routed = kind.topic.trim() === '' ? headed : { ...headed, topic: kind.topic }
  if (isDelete && handling.deletes !== 'rewrite') {
    const schema = handling.deletes === 'null' ? envelope.rowSchema : null
    return { ...routed, value: { schema, values: Array.from({ length: stretch.length }, () => null) } }
  }
  const { schema, rowOf } = envelope.build(isDelete, kind.dropped)
  const values = stretch.value.values.map((event) => rowOf(event as Row))
  return withoutInKey({ ...routed, value: { schema, values } }, kind.dropped, settings)
}

function withoutInKey<B extends RecordBatch>(batch: B, dropped: readonly string[], settings: UnwrapSettings): B {
  const { key } = batch
  if (!settings['drop.fields.from.key'] || dropped.length === 0 || key?.schema?.type !== 'struct') return batch
  const kept = fieldsLeft(key.schema, dropped, settings['drop.fields.keep.schema.compatible'])
  const pick = compilePick(kept, settings['replace.null.with.default'])
  const values = key.values.map((row) => (row === null ? null : pick(row as Row)))
  return { ...batch, key: { schema: schemaOfFields(kept, basicsOf(key.schema)), values } }
}

function tombstoneHeaders(settings: UnwrapSettings): () => readonly Header[] {
  const wanted = settings['add.headers'].find((spec) => spec.split(':')[0] === 'op')
  if (wanted === undefined) return () => []
  const header = { key: `${settings['add.headers.prefix']}${wanted.split(':')[1] ?? 'op'}`, schema: STRING, value: 'd' }
  return () => [header]
}

function withHeaders<B extends RecordBatch>(batch: B, headersOf: (value: unknown) => readonly Header[]): B {
  const added = batch.value.values.map(headersOf)
  if (added.every((headers) => headers.length === 0)) return batch
  return { ...batch, headers: added.map((headers, i) => [...(batch.headers?.[i] ?? []), ...headers]) }
}

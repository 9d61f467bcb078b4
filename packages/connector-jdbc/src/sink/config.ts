// All keys of the sink connector, and the rules across them.
import { defineConfig, type Config, type ConfigKeys, type ConfigProblem } from '@rowbridge/api'
import { PASS_THROUGH } from '../connect.js'
import {
  ATTEMPTS_KEY,
  BACKOFF_KEY,
  CALENDAR_KEY,
  CHECK_KEY,
  CREDENTIALS_PROVIDER_KEY,
  DIALECT_KEY,
  QUERY_TIMEOUT_KEY,
  QUOTE_KEY,
} from '../connection-keys.js'
import { mappingKeys } from './mapping-keys.js'
import { inWordsOfAll } from './other-sinks.js'
import { evolveKeys, nestedKeys, onceKeys, partialKeys } from './own-keys.js'

const TABLE_TYPES = ['TABLE', 'PARTITIONED TABLE', 'VIEW']

const connectionKeys = {
  'connection.url': {
    type: 'string',
    importance: 'high',
    group: 'Connection',
    width: 'long',
    doc: 'JDBC URL of the database to write to, such as `jdbc:mariadb://host:3306/shop`.',
  },
  'connection.user': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Connection',
    width: 'medium',
    doc: 'User to connect as.',
  },
  'connection.password': {
    type: 'password',
    default: null,
    importance: 'high',
    group: 'Connection',
    width: 'medium',
    doc: 'Password of the user.',
  },
  'jdbc.credentials.provider.class': { ...CREDENTIALS_PROVIDER_KEY, group: 'Connection' },
  'dialect.name': { ...DIALECT_KEY, group: 'Connection' },
  'connection.attempts': { ...ATTEMPTS_KEY, group: 'Connection' },
  'connection.backoff.ms': { ...BACKOFF_KEY, group: 'Connection' },
  'connection.check.ms': { ...CHECK_KEY, group: 'Connection' },
  'query.timeout.ms': { ...QUERY_TIMEOUT_KEY, group: 'Connection' },
} as const satisfies ConfigKeys

const writeKeys = {
  'insert.mode': {
    type: 'enum',
    values: ['insert', 'upsert', 'update', 'ignore'],
    default: 'insert',
    importance: 'high',
    group: 'Writes',
    width: 'medium',
    doc: '`insert` adds rows, `upsert` adds or changes the row of a key, `update` changes rows that are there, `ignore` adds rows whose key is not there yet and leaves the others as they are. `upsert` and `update` need a key.',
  },
  'batch.size': {
    type: 'int',
    default: 3000,
    min: 0,
    importance: 'medium',
    group: 'Writes',
    width: 'short',
    doc: 'The most rows of one table that are handed to the database at once; 0 counts as 1.',
  },
  'delete.enabled': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Writes',
    width: 'short',
    recommend: (props) => (props['pk.mode'] === 'record_key' ? ['true', 'false'] : ['false']),
    visible: (props) => props['pk.mode'] === 'record_key',
    doc: 'Whether a record without a value deletes the row of its key. Needs `pk.mode=record_key`.',
  },
  'table.types': {
    type: 'list',
    default: ['TABLE'],
    check: checkTableTypes,
    importance: 'low',
    group: 'Writes',
    width: 'medium',
    doc: 'Kinds of tables to write to: `TABLE`, `PARTITIONED TABLE`, `VIEW`.',
  },
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: 'Writes',
    width: 'medium',
    doc: 'Whether a null in a field whose schema has a default is written as that default.',
  },
} as const satisfies ConfigKeys

const otherKeys = {
  'date.calendar.system': { ...CALENDAR_KEY, group: 'Data Mapping' },
  'string.output.value.column.name': {
    type: 'string',
    default: 'record_value',
    check: (value) => (value === '' ? 'String must be non-empty' : null),
    importance: 'low',
    group: 'Data Mapping',
    width: 'medium',
    doc: 'Column for records whose whole value is a string.',
  },
  'auto.create': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'DDL Support',
    width: 'short',
    doc: 'Whether a table that is missing is made, from the schema of the first record with a value.',
  },
  'auto.evolve': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'DDL Support',
    width: 'short',
    doc: 'Whether columns that are missing are added. A new column must be optional or have a default.',
  },
  'quote.sql.identifiers': { ...QUOTE_KEY, group: 'DDL Support' },
  'mssql.use.merge.holdlock': {
    type: 'boolean',
    default: true,
    importance: 'low',
    group: 'DML Support',
    width: 'medium',
    doc: 'Accepted so that existing configurations load. It concerns SQL Server only.',
  },
  'max.retries': {
    type: 'int',
    default: 10,
    min: 0,
    importance: 'medium',
    group: 'Retries',
    width: 'short',
    doc: 'How often a write that fails for now, by a lost connection or a deadlock, is tried again before the task fails.',
  },
  'retry.backoff.ms': {
    type: 'int',
    default: 3000,
    min: 0,
    importance: 'medium',
    group: 'Retries',
    width: 'short',
    doc: 'Pause before a write is tried again, in milliseconds.',
  },
  'trim.sensitive.log': {
    type: 'boolean',
    default: false,
    importance: 'low',
    isInternal: true,
    doc: 'Whether messages of errors, in the log and in the status, leave out all that may be data: they then say where, the code and the SQLSTATE.',
  },
} as const satisfies ConfigKeys

const keys = {
  ...connectionKeys,
  ...writeKeys,
  ...mappingKeys,
  ...otherKeys,
  ...partialKeys,
  ...onceKeys,
  ...nestedKeys,
  ...evolveKeys,
} as const

const DELETES: readonly string[] = ['delete.enabled', 'pk.mode']
const DELETES_NEED_KEYS = 'Deletes are only supported for pk.mode record_key'

const declared = defineConfig(keys, [deletesNeedKeys, writesNeedKeys, versionsNeedKeys], {
  passThrough: [PASS_THROUGH],
})

/** That deletes need keys is told even where other keys are wrong, as Kafka Connect tells it. */
const ownWords: typeof declared = {
  ...declared,
  validate(props) {
    const values = declared.validate(props)
    const valueOf = (name: string) => values.find((value) => value.name === name)?.value
    if (valueOf('delete.enabled') !== 'true' || valueOf('pk.mode') === 'record_key') return values
    return values.map((value) => {
      const isBlamed = value.errors.length === 0 && DELETES.includes(value.name)
      return isBlamed ? { ...value, errors: [DELETES_NEED_KEYS] } : value
    })
  },
}

export const sinkConfig = inWordsOfAll(ownWords)
export type SinkConfig = Config<typeof keys>

interface RuleConfig {
  readonly 'insert.mode': string
  readonly 'pk.mode': string
  readonly 'pk.fields': readonly string[]
  readonly 'delete.enabled': boolean
  readonly 'version.column': string
}

function deletesNeedKeys(config: RuleConfig): readonly ConfigProblem[] {
  if (!config['delete.enabled'] || config['pk.mode'] === 'record_key') return []
  return DELETES.map((key) => ({ key, message: DELETES_NEED_KEYS }))
}

const NEED_KEYS: readonly string[] = ['upsert', 'update']

function versionsNeedKeys(config: RuleConfig): readonly ConfigProblem[] {
  if (config['version.column'] === '' || NEED_KEYS.includes(config['insert.mode'])) return []
  const message = 'version.column compares with the row that is there, and so needs insert.mode upsert or update.'
  return ['version.column', 'insert.mode'].map((key) => ({ key, message }))
}

function writesNeedKeys(config: RuleConfig): readonly ConfigProblem[] {
  if (NEED_KEYS.includes(config['insert.mode']) && config['pk.mode'] === 'none') {
    const message = `insert.mode=${config['insert.mode']} finds rows by their key: set pk.mode to record_key, record_value or kafka.`
    return ['insert.mode', 'pk.mode'].map((key) => ({ key, message }))
  }
  const fields = config['pk.fields'].length
  if (config['pk.mode'] === 'kafka' && fields !== 0 && fields !== 3) {
    return [
      {
        key: 'pk.fields',
        message: `pk.mode=kafka takes no pk.fields or three (topic, partition, offset), not ${fields}.`,
      },
    ]
  }
  return []
}

function checkTableTypes(text: string): string | null {
  const types = text.split(',').map((type) => type.trim().toUpperCase())
  const unknown = types.find((type) => !TABLE_TYPES.includes(type))
  return unknown === undefined ? null : `Each item must be one of: ${TABLE_TYPES.join(', ')}`
}

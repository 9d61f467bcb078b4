// The keys of the sink that say which record goes into which table and which columns.
import type { ConfigKeys } from '@rowbridge/api'
import { ZONE_KEY } from '../connection-keys.js'

const group = 'Data Mapping'
const PK_MODES = ['none', 'kafka', 'record_key', 'record_value'] as const

export const mappingKeys = {
  'table.name.format': {
    type: 'string',
    default: '${topic}',
    check: checkFormat,
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Name of the table, `${topic}` standing for the topic. It may have several parts and quotes: `shop.${topic}`, or the quotes of the database around `${topic}` where topics have dots.',
  },
  'pk.mode': {
    type: 'enum',
    values: PK_MODES,
    default: 'none',
    importance: 'high',
    group,
    width: 'medium',
    recommend: (props) => (props['delete.enabled'] === 'true' ? ['record_key'] : PK_MODES),
    doc: 'Where the key of a row comes from: nowhere, from topic, partition and offset (`kafka`), from the key of the record, or from fields of its value.',
  },
  'pk.fields': {
    type: 'list',
    default: [],
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Names of the key columns. `kafka`: three names, or none for `__connect_topic`, `__connect_partition`, `__connect_offset`. `record_key`: the one column of a primitive key, or fields of the key, none meaning all. `record_value`: fields of the value; none means the primary key of the table where it has one, else all.',
  },
  'fields.whitelist': {
    type: 'list',
    default: [],
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Fields of the value to write; none means all. Key columns are always written.',
  },
  'db.timezone': {
    ...ZONE_KEY,
    group,
    doc: 'Zone in which times are written into columns without a zone.',
  },
  'date.timezone': {
    type: 'enum',
    values: ['DB_TIMEZONE', 'UTC'],
    default: 'DB_TIMEZONE',
    importance: 'low',
    group,
    width: 'medium',
    recommend: () => ['db_timezone', 'utc'],
    doc: 'Zone in which a date is taken apart. A date is a day and is written as that day, unless `DB_TIMEZONE` is set in so many words: then it is, as with the Java connector, the day that it was in `db.timezone` at midnight UTC, which is the day before in zones west of UTC.',
  },
  'timestamp.fields.list': {
    type: 'list',
    default: [],
    importance: 'medium',
    group,
    width: 'medium',
    doc: 'Fields of the value with micro- or nanoseconds since 1970, as an int64 or a string, to be written as timestamps.',
  },
  'timestamp.precision.mode': {
    type: 'enum',
    values: ['MICROSECONDS', 'NANOSECONDS'],
    default: 'MICROSECONDS',
    importance: 'low',
    group,
    width: 'medium',
    recommend: () => ['microseconds', 'nanoseconds'],
    doc: 'Unit of `timestamp.fields.list`.',
  },
} as const satisfies ConfigKeys

function checkFormat(text: string): string | null {
  if (text === '') return 'String must be non-empty'
  const other = /\$\{(?!topic\})[^}]*\}?/.exec(text)?.[0]
  return other === undefined ? null : `${other} is not known; \${topic} stands for the topic`
}

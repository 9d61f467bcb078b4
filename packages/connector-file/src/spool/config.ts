// The keys of the sources that read a folder of files, with the names of the well-known connectors of that kind.
import { defineConfig, type Config, type ConfigKeys, type ConfigProblem } from '@rowbridge/api'
import { csvKeys, csvProblems } from './csv-keys.js'
import { patternOf } from './file-pattern.js'
import { schemaProblem } from './schema-text.js'
import { compileInstant } from './instant.js'
import { isZone } from './zone.js'

const folderGroup = 'File System'
const timeGroup = 'Timestamps'
const schemaGroup = 'Schema'

const notEmpty = (value: string) => (value === '' ? 'String must be non-empty' : null)

const commonKeys = {
  topic: {
    type: 'string',
    check: notEmpty,
    importance: 'high',
    group: 'General',
    doc: 'Topic to write the records to.',
  },
  'batch.size': {
    type: 'int',
    default: 1000,
    min: 1,
    importance: 'low',
    group: 'General',
    doc: 'The most records of one batch.',
  },
  'empty.poll.wait.ms': {
    type: 'long',
    default: 500,
    min: 1,
    importance: 'low',
    group: 'General',
    doc: 'Pause between two looks into the folder when there is nothing to read, in milliseconds.',
  },
  'input.path': { type: 'string', check: notEmpty, importance: 'high', group: folderGroup, doc: 'Folder to watch.' },
  'finished.path': {
    type: 'string',
    default: '',
    importance: 'high',
    group: folderGroup,
    doc: 'Folder for files that were read to their end. Required where `cleanup.policy` moves files.',
  },
  'error.path': {
    type: 'string',
    check: notEmpty,
    importance: 'high',
    group: folderGroup,
    doc: 'Folder for files with a line that cannot be read.',
  },
  'input.file.pattern': {
    type: 'string',
    check: (text) => patternOf(text).problem,
    importance: 'high',
    group: folderGroup,
    doc: 'Regular expression for the whole name of a file to read.',
  },
  'cleanup.policy': {
    type: 'enum',
    values: ['MOVE', 'MOVEBYDATE', 'DELETE', 'NONE'],
    default: 'MOVE',
    importance: 'medium',
    group: folderGroup,
    doc: 'What becomes of a file that was read and whose records are all in the topic: moved to `finished.path`, moved to a folder in it named after the day of its last change, deleted, or left.',
  },
  'halt.on.error': {
    type: 'boolean',
    default: true,
    importance: 'high',
    group: folderGroup,
    doc: 'Whether a line that cannot be read fails the task. Either way its file goes to `error.path` once the records before that line are in the topic; with `false` the next file is read then.',
  },
  'file.minimum.age.ms': {
    type: 'long',
    default: 0,
    min: 0,
    importance: 'low',
    group: folderGroup,
    doc: 'How long a file must not have changed before it is read, in milliseconds; at least `empty.poll.wait.ms`.',
  },
  'files.sort.attributes': {
    type: 'list',
    default: ['NameAsc'],
    check: sortProblem,
    importance: 'low',
    group: folderGroup,
    doc: 'Order in which files are read: `NameAsc`, `NameDesc`, `LengthAsc`, `LengthDesc`, `LastModifiedAsc`, `LastModifiedDesc`.',
  },
  'processing.file.extension': {
    type: 'string',
    default: '.PROCESSING',
    importance: 'low',
    group: folderGroup,
    doc: 'Files whose names end so are marks of other workers, and not read.',
  },
  'key.schema': {
    type: 'string',
    default: '',
    check: (text) => (text === '' ? null : schemaProblem(text)),
    importance: 'high',
    group: schemaGroup,
    doc: 'Schema of the key as JSON; its fields are fields of the value. Empty: records have no key.',
  },
  'value.schema': {
    type: 'string',
    default: '',
    check: (text) => (text === '' ? null : schemaProblem(text)),
    importance: 'high',
    group: schemaGroup,
    doc: 'Schema of the value as JSON. Required unless `schema.generation.enabled`.',
  },
  'schema.generation.enabled': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: schemaGroup,
    doc: 'Whether each file tells its own schema.',
  },
  'schema.generation.types': {
    type: 'enum',
    values: ['string', 'infer'],
    default: 'string',
    importance: 'medium',
    group: schemaGroup,
    doc: 'Types of a generated schema: text for every field, or the type that all values of the file have, for which the file is read twice.',
  },
  'schema.generation.key.fields': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: schemaGroup,
    doc: 'Fields of a generated key. None: records have no key.',
  },
  'schema.generation.key.name': {
    type: 'string',
    default: 'com.github.jcustenborder.kafka.connect.model.Key',
    importance: 'medium',
    group: schemaGroup,
    doc: 'Name of the generated schema of the key.',
  },
  'schema.generation.value.name': {
    type: 'string',
    default: 'com.github.jcustenborder.kafka.connect.model.Value',
    importance: 'medium',
    group: schemaGroup,
    doc: 'Name of the generated schema of the value.',
  },
  'parser.timestamp.timezone': {
    type: 'string',
    default: 'UTC',
    check: (zone) => (isZone(zone) ? null : 'There is no such time zone'),
    importance: 'low',
    group: timeGroup,
    doc: 'Zone of dates and times that tell none.',
  },
  'parser.timestamp.date.formats': {
    type: 'list',
    default: ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd' 'HH:mm:ss"],
    check: formatsProblem,
    importance: 'low',
    group: timeGroup,
    doc: 'Patterns of dates and times, tried in order. ISO 8601 is understood besides.',
  },
  'timestamp.mode': {
    type: 'enum',
    values: ['PROCESS_TIME', 'FILE_TIME', 'FIELD'],
    default: 'PROCESS_TIME',
    importance: 'medium',
    group: timeGroup,
    doc: 'Timestamp of a record: when it is sent, when the file was changed last, or the value of `timestamp.field`.',
  },
  'timestamp.field': {
    type: 'string',
    default: '',
    importance: 'medium',
    group: timeGroup,
    doc: 'Field of the type Timestamp, for `timestamp.mode=FIELD`.',
  },
  'metadata.location': {
    type: 'enum',
    values: ['HEADERS', 'NONE'],
    default: 'HEADERS',
    importance: 'low',
    group: 'General',
    doc: 'Whether records have headers that tell the file: `file.name`, `file.path`, `file.length`, `file.offset`, `file.last.modified`.',
  },
  'input.path.walk.recursively': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: folderGroup,
    doc: 'Only `false` is possible: folders within the folder are not read.',
  },
  'files.notifications.enabled': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group: 'General',
    doc: 'Only `false` is possible: no records are written about files.',
  },
  'task.index': { type: 'int', default: 0, isInternal: true, doc: 'Set by the connector: which share of the files.' },
  'task.count': { type: 'int', default: 1, isInternal: true, doc: 'Set by the connector: into how many shares.' },
} as const satisfies ConfigKeys

const allCsvKeys = { ...commonKeys, ...csvKeys } as const

export type SpoolConfig = Config<typeof commonKeys>
export type CsvConfig = Config<typeof allCsvKeys>

export const spoolDirJsonConfig = defineConfig(commonKeys, [commonProblems])
export const spoolDirCsvConfig = defineConfig(allCsvKeys, [commonProblems, csvProblems])

function commonProblems(config: SpoolConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const bad = (key: string, message: string) => void problems.push({ key, message })
  if (config['cleanup.policy'].startsWith('MOVE') && config['finished.path'] === '') {
    bad('finished.path', `finished.path must be set where cleanup.policy is ${config['cleanup.policy']}`)
  }
  if (!config['schema.generation.enabled'] && config['value.schema'] === '') {
    bad('value.schema', 'value.schema must be set unless schema.generation.enabled is true')
  }
  if (config['timestamp.mode'] === 'FIELD' && config['timestamp.field'] === '') {
    bad('timestamp.field', 'timestamp.field must be set where timestamp.mode is FIELD')
  }
  for (const key of ['input.path.walk.recursively', 'files.notifications.enabled'] as const) {
    if (config[key]) bad(key, `${key} can only be false here`)
  }
  return problems
}

const SORTS = new Set(['NameAsc', 'NameDesc', 'LengthAsc', 'LengthDesc', 'LastModifiedAsc', 'LastModifiedDesc'])

function sortProblem(text: string): string | null {
  const wrong = text.split(',').find((word) => !SORTS.has(word.trim()))
  return wrong === undefined ? null : `${wrong} is none of ${[...SORTS].join(', ')}`
}

function formatsProblem(text: string): string | null {
  for (const pattern of text.split(',')) {
    try {
      compileInstant(pattern.trim(), 'UTC')
    } catch (error) {
      return (error as Error).message
    }
  }
  return null
}

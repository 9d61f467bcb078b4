// The keys of Kafka's own file source and file sink.
import { defineConfig, type Config } from '@rowbridge/api'

const notEmpty = (value: string) => (value === '' ? 'String must be non-empty' : null)

const sourceKeys = {
  file: {
    type: 'string',
    default: null,
    check: notEmpty,
    importance: 'high',
    doc: 'File to read. It need not exist yet. Without it, standard input is read.',
  },
  topic: { type: 'string', check: notEmpty, importance: 'high', doc: 'Topic to write the lines to.' },
  'batch.size': {
    type: 'int',
    default: 2000,
    importance: 'low',
    doc: 'The most lines of one batch. A value below 1 counts as 1.',
  },
} as const

const sinkKeys = {
  file: {
    type: 'string',
    default: null,
    importance: 'high',
    doc: 'File to append to; it is made where there is none. Without it, standard output is written to.',
  },
} as const

export const fileStreamSourceConfig = defineConfig(sourceKeys)
export type FileStreamSourceConfig = Config<typeof sourceKeys>
export const fileStreamSinkConfig = defineConfig(sinkKeys)

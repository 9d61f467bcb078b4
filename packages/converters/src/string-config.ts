// The keys of the string converter, named as Kafka Connect names them.
import { defineConfig } from '@rowbridge/api'

/** Names of an encoding in Java, in upper case, and in Node. */
const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'UTF-8': 'utf8',
  UTF8: 'utf8',
  'US-ASCII': 'ascii',
  ASCII: 'ascii',
  'ISO-8859-1': 'latin1',
  LATIN1: 'latin1',
  'UTF-16LE': 'utf16le',
}

export const stringConfig = defineConfig({
  'converter.type': {
    type: 'enum',
    values: ['key', 'value', 'header'],
    importance: 'low',
    width: 'none',
    doc: 'What is converted: `key`, `value` or `header`. Supplied by the worker; it changes nothing in the format.',
  },
  'converter.encoding': {
    type: 'string',
    default: 'UTF-8',
    importance: 'high',
    width: 'none',
    displayName: 'Encoding',
    check: (name) => (encodingOf(name) === undefined ? `Must be one of ${Object.keys(ENCODINGS).join(', ')}` : null),
    doc: 'The encoding of the text: `UTF-8`, `US-ASCII`, `ISO-8859-1` or `UTF-16LE`. Text it has no bytes for is an error.',
  },
})

/** Node's name for an encoding; undefined for one it does not have. */
export function encodingOf(name: string): BufferEncoding | undefined {
  const upper = name.toUpperCase()
  return Object.hasOwn(ENCODINGS, upper) ? ENCODINGS[upper] : undefined
}

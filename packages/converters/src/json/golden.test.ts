// Records that Kafka Connect's JDBC source wrote, read and written again: not a byte may change.
import { readdirSync, readFileSync } from 'node:fs'
import { byteColumn, textAt, type Converter } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { jsonConverterOf } from './converter.js'

const FOLDER = new URL('../../../../test/golden/topic-bytes/', import.meta.url)
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl') && !name.includes('schemaless'))

async function rewritten(converter: Converter, texts: readonly (string | null)[]): Promise<(string | null)[]> {
  const column = byteColumn(texts.map((text) => (text === null ? null : Buffer.from(text))))
  const results: (string | null)[] = []
  for (const run of await converter.decoder('t').decode(column)) {
    const encoded = (await converter.encoder('t', run.schema)).encode(run.values)
    run.values.forEach((_value, i) => results.push(textAt(encoded, i)))
  }
  return results
}

test.each(FILES)('%s', async (name) => {
  const lines = readFileSync(new URL(name, FOLDER), 'utf8').trim().split('\n')
  const records = lines.map((line) => JSON.parse(line) as { key: string | null; value: string | null })
  const converter = jsonConverterOf({ 'decimal.format': name.includes('schema-numeric') ? 'NUMERIC' : 'BASE64' })
  const [keys, values] = [records.map((record) => record.key), records.map((record) => record.value)]
  expect(await rewritten(converter, values)).toEqual(values)
  expect(await rewritten(converter, keys)).toEqual(keys)
})

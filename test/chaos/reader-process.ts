// A source task in a process of its own, to be killed: writes what it is given to a journal, as a worker would to topics, and goes on from
// the last offset there. Usage: node reader-process.js <journal> <properties as JSON>
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { objectOf, parseJson, stringifyJson, type Json, type Props } from '@rowbridge/api'
import { jdbcSource } from '@rowbridge/connector-jdbc'

const [journal = '', json = '{}'] = process.argv.slice(2)
const offsets = new Map<string, string>()
for (const line of existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').slice(0, -1) : []) {
  const entry = JSON.parse(line) as { readonly partition?: string; readonly offset?: string }
  if (entry.partition !== undefined && entry.offset !== undefined) offsets.set(entry.partition, entry.offset)
}
const task = await jdbcSource.task()
const tell = (message: string) => process.stderr.write(`${message}\n`)
await task.start(JSON.parse(json) as Props, {
  connector: 'chaos',
  task: 0,
  log: { debug() {}, info() {}, warn: tell, error: tell },
  signal: new AbortController().signal,
  metrics: { add() {}, set() {} },
  offsets: {
    read: (partitions: readonly Json[]) =>
      Promise.resolve(partitions.map((partition) => parseJson(offsets.get(stringifyJson(partition)) ?? 'null'))),
  },
})
process.send?.('started')
for (;;) {
  const lines: string[] = []
  for (const batch of await task.poll()) {
    const { schema, values } = batch.value
    const rows = schema === null ? [] : values.map((row) => objectOf(schema, row as unknown[]))
    const marks = rows.map((row) => `${String(row['id'])}/${String(row['mark'])}`)
    lines.push(JSON.stringify({ marks }))
    lines.push(
      JSON.stringify({ partition: stringifyJson(batch.sourcePartition), offset: stringifyJson(batch.sourceOffset) }),
    )
  }
  if (lines.length > 0) appendFileSync(journal, `${lines.join('\n')}\n`)
  process.send?.(lines.length > 0 ? 'rows' : 'idle')
}

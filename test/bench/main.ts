// Measures what is claimed to be fast against the plain way to do it, in one run.
// Usage: npm run bench -- [--rows N] [--json FILE] [--only NAME]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { COMMIT_SAFE_BENCHES } from './commit-safe.js'
import { decoderBench, encoderBench } from './converters.js'
import { compare, linesOf, type Comparison, type Result } from './measure.js'
import { PLACES } from './places.js'
import { sinkBench } from './sink.js'
import { sourceBench } from './source.js'
import { TRANSFORM_BENCHES } from './transforms.js'

// Drivers that give dates as Date make them in the zone of the process.
process.env['TZ'] = 'UTC'

const BENCHES: Readonly<Record<string, (rows: number) => Promise<Comparison>>> = {
  encoder: encoderBench,
  decoder: decoderBench,
  ...TRANSFORM_BENCHES,
  ...Object.fromEntries(PLACES.map((place) => [`source-${place}`, (rows: number) => sourceBench(place, rows)])),
  ...COMMIT_SAFE_BENCHES,
  ...Object.fromEntries(PLACES.map((place) => [`sink-${place}`, (rows: number) => sinkBench(place, rows)])),
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    json: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
  },
})
const rows = Number(values.rows)
if (!Number.isInteger(rows) || rows < 1) throw new Error(`--rows ${values.rows} is not a number of rows`)
const names = Object.keys(BENCHES).filter((name) => isWanted(name))
if (names.length === 0) throw new Error(`--only ${values.only.join(' ')}: there are ${Object.keys(BENCHES).join(', ')}`)

const results: Result[] = []
for (const name of names) {
  const comparison = await BENCHES[name]!(rows)
  try {
    const result = await compare(comparison)
    results.push(result)
    console.log(`${linesOf(result).join('\n')}\n`)
  } finally {
    await comparison.close?.()
  }
}
if (values.json !== undefined) {
  const machine = { node: process.version, platform: `${process.platform} ${process.arch}` }
  writeFileSync(values.json, `${JSON.stringify({ machine, results }, null, 2)}\n`)
}

/** `--only source` means all whose name begins so. */
function isWanted(name: string): boolean {
  return values.only.length === 0 || values.only.some((prefix) => name === prefix || name.startsWith(`${prefix}-`))
}

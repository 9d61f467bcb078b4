// Writes the pages that are printed from the code: CONFIG.md per package, TYPES.md of the dialects, ERRORS.md.
// With --check it writes nothing and fails when a page is stale.
import { configMarkdown } from '@rowbridge/api'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorsMarkdown, usedCodes } from '../test/dist/house/error-codes.js'
import { readSources } from '../test/dist/house/source.js'
import { packageFolders, ROOT } from '../test/dist/house/workspace.js'

const HEAD = '<!-- Printed from the code by "npm run docs". -->\n\n'
const NOT_SHIPPED = 'testkit'
const pages = new Map([
  ['packages/api/ERRORS.md', errorsMarkdown(usedCodes(readSources(ROOT)))],
  ...(await configPages()),
  ...(await typesPage()),
])

const isCheck = process.argv.includes('--check')
const stale = [...pages].filter(([path, page]) => current(path) !== HEAD + page).map(([path]) => path)
const orphans = generatedPages().filter((path) => !pages.has(path))
if (isCheck) check()
else for (const path of stale) writeFileSync(join(ROOT, path), HEAD + pages.get(path))
console.log(`${pages.size} pages, ${isCheck ? `${stale.length} stale` : `${stale.length} written`}`)

function check() {
  for (const path of stale) console.error(`${path} is stale: run "npm run docs".`)
  for (const path of orphans) console.error(`${path} is printed from nothing any more: remove it.`)
  process.exitCode = stale.length + orphans.length === 0 ? 0 : 1
}

function current(path) {
  const file = join(ROOT, path)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

function generatedPages() {
  return packageFolders()
    .flatMap((folder) => ['CONFIG.md', 'TYPES.md', 'ERRORS.md'].map((name) => `packages/${folder}/${name}`))
    .filter((path) => current(path)?.startsWith(HEAD))
}

async function configPages() {
  const found = []
  for (const folder of packageFolders().filter((name) => name !== NOT_SHIPPED)) {
    const defs = definitionsIn(await import(join(ROOT, 'packages', folder, 'dist', 'index.js')))
    if (defs.length > 0) found.push([`packages/${folder}/CONFIG.md`, configPage(folder, defs)])
  }
  return found
}

/** Configurations a package offers, by title: those of its plugins, and those exported by themselves. */
function definitionsIn(exports) {
  const named = new Map()
  const values = Object.entries(exports)
  for (const [name, value] of values) if (isDefinition(value)) named.set(value, wordsOf(name))
  for (const value of values.flatMap(([, each]) => each)) {
    if (isDefinition(value?.config) && typeof value.className === 'string')
      named.set(value.config, lastWord(value.className))
  }
  const all = [...named].map(([definition, title]) => ({ title, keys: definition.keys }))
  return all
    .filter(({ keys }) => !all.some((other) => other.keys !== keys && isPartOf(keys, other.keys)))
    .toSorted((a, b) => a.title.localeCompare(b.title, 'en'))
}

function isDefinition(value) {
  return typeof value?.parse === 'function' && typeof value.validate === 'function' && typeof value.keys === 'object'
}

function isPartOf(keys, others) {
  return Object.entries(keys).every(([name, key]) => others[name] === key)
}

/** `sinkConnectorConfig` → `Sink connector`. */
function wordsOf(name) {
  const words = name.replace(/Config$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** `Cast` of `org.apache.kafka.connect.transforms.Cast$Value`. */
function lastWord(className) {
  return className
    .split('.')
    .at(-1)
    .replace(/\$(?:Key|Value)$/, '')
}

function configPage(folder, definitions) {
  const sections = definitions.map(({ title, keys }) => configMarkdown(title, keys).replaceAll(/^#/gm, '##'))
  return `# Configuration: ${folder}\n\n${sections.join('\n')}`
}

/** One page for all dialects; a dialect is a file. */
async function typesPage() {
  const { typesMarkdown } = await import('@rowbridge/sql')
  if (typesMarkdown === undefined) return []
  const folder = join(ROOT, 'packages', 'sql', 'src', 'dialects')
  const dialects = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.ts$/, ''))
  const sections = await Promise.all(dialects.toSorted().map((dialect) => typesMarkdown(dialect)))
  const demoted = sections.map((section) => section.replaceAll(/^#/gm, '##').trim())
  return [['packages/sql/TYPES.md', `# Types\n\n${demoted.join('\n\n')}\n`]]
}

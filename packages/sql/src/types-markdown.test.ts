// The printed page is what the tables of types say; "npm run docs" prints it again.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { typesMarkdown } from './types-markdown.js'

const PAGE = readFileSync(new URL('../TYPES.md', import.meta.url), 'utf8')
const DIALECTS = readdirSync(new URL('dialects/', import.meta.url)).filter((file) => file.endsWith('.ts'))

it.each(DIALECTS)('TYPES.md says what %s has', async (file) => {
  const section = await typesMarkdown(file.replace('.ts', ''))
  expect(PAGE).toContain(section.replaceAll(/^#/gm, '##').trim())
})

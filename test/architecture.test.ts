// The rules of the house, held against every file; and for each rule a source it must refuse, so that none sleeps.
import { describe, expect, it } from 'vitest'
import { arrows, climbing, cycles, drivers, ownIndex, undeclared, type Manifests } from './house/import-rules.js'
import {
  barrels,
  databaseNames,
  declaredArrows,
  emptyNames,
  fileNames,
  openings,
  projectReferences,
  retries,
  sizes,
} from './house/shape-rules.js'
import { parseSource, readSources, type SourceFile } from './house/source.js'
import { ARROWS } from './house/table.js'
import { readManifests, readReferences, ROOT } from './house/workspace.js'

const files = readSources(ROOT)
const manifests = readManifests()

interface Rule {
  readonly title: string
  readonly find: (files: readonly SourceFile[], manifests: Manifests) => string[]
  /** Sources it refuses, one complaint for each text. */
  readonly refused: readonly Readonly<Record<string, string>>[]
  /** Sources that look alike and are fine. */
  readonly allowed: readonly Readonly<Record<string, string>>[]
}

const RULES: readonly Rule[] = [
  {
    title: 'packages import only along the arrows',
    find: arrows,
    refused: [
      { 'packages/api/src/a.ts': "import { x } from '@rowbridge/sql'" },
      { 'packages/sql/src/a.ts': "export type { X } from '@rowbridge/runtime'" },
      { 'packages/runtime/src/a.ts': "const x = await import('@rowbridge/connector-jdbc')" },
      { 'packages/rest/src/a.ts': "import { server } from '@rowbridge/testkit'" },
    ],
    allowed: [
      { 'packages/sql/src/a.ts': "import { x } from '@rowbridge/api'" },
      { 'packages/api/src/a.ts': "// import { x } from '@rowbridge/sql'\nconst text = \"from '@rowbridge/sql'\"" },
    ],
  },
  {
    title: 'what is imported is declared',
    find: undeclared,
    refused: [
      { 'packages/api/src/a.ts': "import { z } from 'zod'" },
      { 'packages/api/src/a.ts': "import { it } from 'vitest'" },
      { 'packages/kafka/src/a.ts': "import { pino } from 'pino/file'" },
    ],
    allowed: [
      { 'packages/api/src/a.test.ts': "import { it } from 'vitest'" },
      { 'packages/api/src/a.ts': "import { join } from 'node:path'" },
    ],
  },
  {
    title: 'drivers are imported by dialects only',
    find: drivers,
    refused: [
      { 'packages/sql/src/a.ts': "import { Client } from 'pg'" },
      { 'packages/connector-jdbc/src/a.ts': "const driver = await import('mysql2/promise')" },
    ],
    allowed: [
      { 'packages/sql/src/dialects/a.ts': "import { Client } from 'pg'" },
      { 'packages/sql/src/a.test.ts': "import Database from 'better-sqlite3'" },
    ],
  },
  {
    title: 'nothing climbs out of its package',
    find: climbing,
    refused: [
      { 'packages/api/src/a.ts': "import { x } from '../../sql/src/x.js'" },
      { 'packages/api/src/a.ts': "import x from '../package.json' with { type: 'json' }" },
    ],
    allowed: [{ 'packages/api/src/config/a.ts': "import { x } from '../errors.js'" }],
  },
  {
    title: "a package's face is for others",
    find: ownIndex,
    refused: [
      { 'packages/api/src/config/a.ts': "import { x } from '../index.js'" },
      { 'packages/api/src/a.ts': "import { x } from '@rowbridge/api'" },
    ],
    allowed: [{ 'packages/api/src/a.ts': "import { x } from './json/index.js'" }],
  },
  {
    title: 'values are not imported in circles',
    find: cycles,
    refused: [
      {
        'packages/api/src/a.ts': "import { b } from './b.js'",
        'packages/api/src/b.ts': "export { c } from './c.js'",
        'packages/api/src/c.ts': "import { a } from './a.js'",
      },
      { 'packages/api/src/a.ts': "import { type A } from './a.js'" },
    ],
    allowed: [
      {
        'packages/api/src/a.ts': "import { b } from './b.js'",
        'packages/api/src/b.ts': "import type { A } from './a.js'",
      },
    ],
  },
  {
    title: 'databases are named in their dialects only',
    find: databaseNames,
    refused: [
      { 'packages/connector-jdbc/src/a.ts': "if (name === 'mysql') run()" },
      { 'packages/runtime/src/a.ts': 'const postgresUrl = 1' },
      { 'packages/sql/src/a.ts': 'throw new Error(`${name} is not SQLite`)' },
    ],
    allowed: [
      { 'packages/sql/src/a.ts': '// PostgreSQL refuses this.\nrun()' },
      { 'packages/connector-jdbc/src/a.ts': "const url = { doc: 'For example jdbc:sqlite:/tmp/x.db' }" },
    ],
  },
  {
    title: 'files are named in kebab-case after what they hold',
    find: fileNames,
    refused: [
      { 'packages/api/src/schemaBuilder.ts': '' },
      { 'packages/api/src/utils.ts': '' },
      { 'packages/api/src/shared/a.ts': '' },
    ],
    allowed: [{ 'packages/api/src/schema-builder.test.ts': '' }],
  },
  {
    title: 'a package has one face',
    find: barrels,
    refused: [
      { 'packages/api/src/config/index.ts': 'export const a = 1' },
      { 'packages/api/src/all.ts': "export * from './a.js'" },
    ],
    allowed: [{ 'packages/api/src/index.ts': "export * from './a.js'" }],
  },
  {
    title: 'files stay short',
    find: sizes,
    refused: [
      { 'packages/api/src/a.ts': 'run()\n'.repeat(501), ...shortFiles(20) },
      { 'packages/api/src/a.ts': 'run()\n'.repeat(301), ...shortFiles(8) },
    ],
    allowed: [{ 'packages/api/src/a.ts': 'run()\n'.repeat(500), ...shortFiles(9) }],
  },
  {
    title: 'names say something',
    find: emptyNames,
    refused: [
      { 'packages/api/src/a.ts': 'class AbstractTask {}' },
      { 'packages/api/src/a.ts': 'interface TaskBase {}' },
      { 'packages/api/src/a.ts': 'export const fileManager = 1\nexport type OffsetManager = number' },
      { 'packages/api/src/a.ts': 'function parseHelper() {}\nclass TaskImpl {}' },
    ],
    allowed: [{ 'packages/api/src/a.ts': 'interface Database {}\nclass Baseline {}\nconst abstract = 1' }],
  },
  {
    title: 'a file opens with what it is for',
    find: openings,
    refused: [{ 'packages/api/src/a.ts': "import { x } from './x.js'" }],
    allowed: [{ 'packages/api/src/a.ts': '// Says what it is for.\nrun()' }, { 'packages/api/src/a.test.ts': 'run()' }],
  },
  {
    title: 'no test is tried again',
    find: retries,
    refused: [
      { 'test/e2e/a.test.ts': "it('is flaky', { retry: 2 }, () => {})" },
      {
        'test/e2e/a.test.ts':
          "describe.skipIf(true)('x', () => { test.each([1])('is flaky', { retry: 1 }, () => {}) })",
      },
    ],
    allowed: [{ 'test/e2e/a.test.ts': "it('passes', () => { connect({ retry: 2 }) })" }],
  },
]

function shortFiles(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`packages/api/src/short-${i}.ts`, 'run()']))
}

function parsed(sources: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(sources).map(([path, text]) => parseSource(path, text))
}

describe.each(RULES)('$title', ({ find, refused, allowed }) => {
  it('in every file', () => {
    expect(find(files, manifests)).toEqual([])
  })

  it.each(refused)('and a source that does otherwise is refused (%#)', (sources) => {
    expect(find(parsed(sources), manifests)).not.toEqual([])
  })

  it.each(allowed)('and a source that only looks so is not (%#)', (sources) => {
    expect(find(parsed(sources), manifests)).toEqual([])
  })
})

describe('project references are the arrows', () => {
  it('in every package', () => {
    expect(projectReferences(readReferences())).toEqual([])
  })

  it.each([
    ['a reference too many', { ...ARROWS, api: ['sql'] }],
    ['a reference missing', { ...ARROWS, sql: [] }],
    ['a package nobody knows', { ...ARROWS, cache: [] }],
  ])('and %s is refused', (_what, references) => {
    expect(projectReferences(references)).toHaveLength(1)
  })
})

describe('declared dependencies follow the arrows', () => {
  it('in every package', () => {
    expect(declaredArrows(manifests)).toEqual([])
  })

  it('and one against them is refused', () => {
    const sql = { name: '@rowbridge/sql', dependencies: ['@rowbridge/runtime'], devDependencies: [] }
    expect(declaredArrows({ ...manifests, sql })).toEqual(['packages/sql/package.json: sql may not depend on runtime'])
  })
})

it('reads the files of every package', () => {
  const read = new Set(files.map(({ packageName }) => packageName))
  expect([...read].filter((name) => name !== null).toSorted()).toEqual(Object.keys(ARROWS).toSorted())
})

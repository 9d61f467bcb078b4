// The catalogue of error codes and the sources, held equal both ways.
import { ERROR_CODES } from '@rowbridge/api'
import { expect, it } from 'vitest'
import { catalogueGaps, errorsMarkdown, usedCodes } from './house/error-codes.js'
import { parseSource, readSources } from './house/source.js'
import { ROOT } from './house/workspace.js'

function codesIn(text: string, path = 'packages/sql/src/a.ts') {
  return usedCodes([parseSource(path, text)]).map(({ code, errorClass }) => ({ code, errorClass }))
}

it('explains every code, and no code that nothing throws', () => {
  expect(catalogueGaps(usedCodes(readSources(ROOT)), ERROR_CODES)).toEqual([])
})

it('complains of a code without a meaning and of a meaning without a code', () => {
  const used = [{ code: 'lost', place: 'packages/sql/src/a.ts:3', errorClass: 'StateError' }]
  expect(catalogueGaps(used, { found: 'It is here.' })).toEqual([
    'packages/sql/src/a.ts:3: lost is not in the catalogue (api/src/error-codes.ts)',
    'found is in the catalogue, but nothing throws it',
  ])
})

it.each([
  ['a constructor', "throw new DataError('bad-row', message)", [{ code: 'bad-row', errorClass: 'DataError' }]],
  [
    'a choice between two',
    "new StateError(isOpen ? 'open' : 'shut', message)",
    [
      { code: 'open', errorClass: 'StateError' },
      { code: 'shut', errorClass: 'StateError' },
    ],
  ],
  [
    'a function that takes a code first',
    "function problem(code: string) {}\nproblem('bad-row')\nother('not-this')",
    [{ code: 'bad-row', errorClass: null }],
  ],
  [
    'an arrow that takes a code first',
    "const fail = (code: string, text: string) => text\nfail('bad-row', '')",
    [{ code: 'bad-row', errorClass: null }],
  ],
  [
    'a function that makes it an error',
    "function problem(code: string) { return new DataError(code, '') }\nproblem('bad-row')",
    [{ code: 'bad-row', errorClass: 'DataError' }],
  ],
  ['a property', "const verdict = { code: 'deadlock' }", [{ code: 'deadlock', errorClass: null }]],
])('finds a code in %s', (_where, text, codes) => {
  expect(codesIn(text)).toEqual(codes)
})

it.each([
  ['other errors', "throw new RangeError('too-far')"],
  ['codes of the system', "const wanted = { code: 'ECONNREFUSED' }"],
  ['comments', "// new DataError('bad-row')"],
])('takes no notice of %s', (_what, text) => {
  expect(codesIn(text)).toEqual([])
})

it('leaves out what users never see', () => {
  expect(codesIn("new StateError('x', '')", 'packages/testkit/src/a.ts')).toEqual([])
  expect(codesIn("new StateError('x', '')", 'packages/sql/src/a.test.ts')).toEqual([])
})

it('prints a line with code, classes and meaning', () => {
  const used = usedCodes([
    parseSource('packages/sql/src/a.ts', "new StateError('lost', '')\nnew DataError('lost', '')"),
  ])
  expect(errorsMarkdown(used, { lost: 'It is gone.', odd: 'It is odd.' })).toContain(
    '| `lost` | `DataError`, `StateError` | It is gone. |\n| `odd` | as the case asks | It is odd. |\n',
  )
})

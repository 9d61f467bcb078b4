// Every fact of the list that is known of the Java source, by its number, has a test that bears it in its title.
import { expect, it } from 'vitest'
import { readSources, type SourceFile } from './house/source.js'
import { ROOT } from './house/workspace.js'

/** 1 to 41: statements and offsets; 42 to 63: connector and validation; 64 to 73f: types. Numbers above are those of the sink. */
const FACTS: readonly string[] = [
  ...Array.from({ length: 73 }, (_, i) => String(i + 1)),
  ...Array.from('abcdef', (letter) => `73${letter}`),
]

/** `fact 7: …` and `facts 1, 4: …`, at the beginning of a text. */
const TITLE = /["'`]facts? (\d+[a-f]?(?:, \d+[a-f]?)*): /g

function numbersIn(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => [...text.matchAll(TITLE)].flatMap(([, list = '']) => list.split(', ')))
}

function isOfTests({ path, isTest }: SourceFile): boolean {
  return isTest && path !== 'test/source-facts.test.ts'
}

it('each fact is in the title of a test, and no other number is', () => {
  const told = new Set(
    numbersIn(
      readSources(ROOT)
        .filter(isOfTests)
        .map(({ text }) => text),
    ),
  )
  expect(FACTS.filter((fact) => !told.has(fact))).toEqual([])
  expect([...told].filter((fact) => !FACTS.includes(fact))).toEqual([])
})

it('a number counts only where a title begins with it', () => {
  const titles = [
    "test('fact 7: a', () => {})",
    "test.each([['facts 1, 73c: b', 2]])",
    "test('of fact 9: c')",
    '// fact 8: d',
  ]
  expect(numbersIn(titles)).toEqual(['7', '1', '73c'])
})

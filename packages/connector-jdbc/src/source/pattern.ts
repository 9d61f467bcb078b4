// Regular expressions of the configuration, which must match a whole name. They are written for RE2, so that what JavaScript reads in
// another way is translated or refused, and one that would take for ever to match is stopped.
import { createContext, Script, type Context } from 'node:vm'
import { ConfigError } from '@rowbridge/api'

export interface Pattern {
  readonly source: string
  /** Throws ConfigError where the answer takes too long. */
  test(text: string): boolean
}

const FLAGS = /^\(\?([ims]+)\)/
/** Escapes that both languages have, those that are translated, and a mark in front of what is no letter or digit. */
const ESCAPE = /\\(?:Q(?<literal>[\s\S]*?)(?:\\E|$)|(?<other>[\s\S]|$))/g
const KNOWN_ESCAPE = /[dDwWsSbBtnrfvxu0-9kpP]/
const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  word: '\\w',
  punct: '!-\\/:-@\\[-`{-~',
}

/** Compiled; `(?i)` at its start ignores the case of letters. Throws SyntaxError. */
export function patternOf(source: string): Pattern {
  const flags = FLAGS.exec(source)
  const body = translated(source.slice(flags?.[0].length ?? 0))
  const needsUnicode = /\\[pP]/.test(body)
  const regex = new RegExp(`^(?:${body})$`, (flags?.[1] ?? '') + (needsUnicode ? 'u' : ''))
  return { source, test: mayBeSlow(body) ? (text) => testGuarded(regex, text, source) : (text) => regex.test(text) }
}

function translated(body: string): string {
  return body
    .replace(ESCAPE, (whole: string, literal: string | undefined, other: string | undefined) => {
      if (literal !== undefined) return literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
      if (other === 'A') return '^'
      if (other === 'z') return '$'
      if (other === undefined || other === '') throw new SyntaxError('it ends in a backslash')
      if (/[A-Za-z0-9]/.test(other) && !KNOWN_ESCAPE.test(other)) throw new SyntaxError(`\\${other} has no meaning`)
      return whole
    })
    .replaceAll('(?P<', '(?<')
    .replace(/\\([pP])([A-Z])/g, '\\$1{$2}')
    .replace(/\[:(\^?)(\w+):\]/g, (whole: string, not: string, name: string) => {
      const members = POSIX[name]
      if (members === undefined || not !== '') throw new SyntaxError(`${whole} has no meaning`)
      return members
    })
}

const MOST_REPEATS = 3

/** Whether matching could take more than a glance: something repeated within something repeated, or many of them in a row. */
function mayBeSlow(body: string): boolean {
  const repeats = body.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0
  return /\)(?:[*+]|\{)/.test(body) || repeats > MOST_REPEATS
}

const LONGEST_MS = 500
const GUARDED = new Script('regex.test(text)')
let context: (Context & { regex?: RegExp; text?: string }) | null = null

function testGuarded(regex: RegExp, text: string, source: string): boolean {
  context ??= createContext({})
  context.regex = regex
  context.text = text
  try {
    return GUARDED.runInContext(context, { timeout: LONGEST_MS }) as boolean
  } catch (error) {
    const message = `The pattern ${source} takes too long to match ${text}.`
    throw new ConfigError('slow-pattern', [{ key: 'table.include.list', message }], {
      cause: error,
      hint: 'Take away repetitions within repetitions, as in (a+)+.',
    })
  }
}

/** Says what is wrong with a regular expression, or null. */
export function patternProblem(regex: string): string | null {
  try {
    patternOf(regex)
    return null
  } catch (error) {
    return `${regex}: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Says what is wrong with a list of regular expressions, or null. */
export function checkPatterns(list: string): string | null {
  for (const regex of list.split(',').map((entry) => entry.trim())) {
    if (/\{\d*$/.test(regex))
      return `${regex}: a comma parts the entries of the list, so that {1,2} cannot be written; write x?x`
    const problem = patternProblem(regex)
    if (problem !== null) return problem
  }
  return null
}

// Further headers of every answer, by the rules of `response.http.headers.config`.
import { ConfigError } from '@rowbridge/api'
import type { Headers } from './cors.js'

const KEY = 'response.http.headers.config'
const RULE = /^(set|add|setDate|addDate)\s+([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*)$/

interface Rule {
  readonly name: string
  readonly replaces: boolean
  readonly value: (now: number) => string
}

/** What every answer carries; `now` in milliseconds since 1970. Throws ConfigError for a rule that is none. */
export function headerRules(text: string): (now: number) => Headers {
  const rules = splitRules(text).map(parseRule)
  return (now) => {
    const headers = new Map<string, readonly [string, string]>()
    for (const { name, replaces, value } of rules) {
      const before = headers.get(name.toLowerCase())
      const text = before === undefined || replaces ? value(now) : `${before[1]}, ${value(now)}`
      headers.set(name.toLowerCase(), [name, text])
    }
    return [...headers.values()]
  }
}

/** At commas, but not within double quotes. */
function splitRules(text: string): readonly string[] {
  const rules = [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,"]+))\s*(?:,|$)/g)]
  return rules.map(([, quoted, bare]) => (quoted ?? bare ?? '').trim()).filter((rule) => rule !== '')
}

function parseRule(rule: string): Rule {
  const [, action = '', name = '', value = ''] = RULE.exec(rule) ?? []
  if (name === '') throw problem(rule, 'a rule is one of set, add, setDate, addDate, then Name: value')
  const isDate = action.endsWith('Date')
  if (isDate && !/^-?\d{1,15}$/.test(value)) throw problem(rule, 'a date is a number of milliseconds from now')
  return {
    name,
    replaces: action.startsWith('set'),
    value: isDate ? (now) => new Date(now + Number(value)).toUTCString() : () => value,
  }
}

function problem(rule: string, text: string): ConfigError {
  const message = `Invalid value ${rule} for configuration ${KEY}: ${text}`
  return new ConfigError('invalid-config', [{ key: KEY, message }], { hint: 'For example: set X-Frame-Options: DENY.' })
}

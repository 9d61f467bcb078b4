// Reads Java properties files to the letter: ISO-8859-1, continuation lines, \uXXXX, the three separators, later duplicates win.
import { ConnectError } from '@rowbridge/api'

const LEADING_SPACE = /^[ \t\f]+/
const UTF8_BEYOND_ASCII = /[\u00c2-\u00f4][\u0080-\u00bf]/
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

export interface Properties {
  readonly props: Readonly<Record<string, string>>
  /** What the file's author may have meant otherwise. */
  readonly warnings: readonly string[]
}

/** The properties of a file's bytes; `file` names it in errors. */
export function parseProperties(bytes: Uint8Array, file: string): Properties {
  const props = new Map<string, string>()
  const warnings: string[] = []
  for (const { text, line } of logicalLines(Buffer.from(bytes).toString('latin1'))) {
    const [key, value] = splitLine(text)
    const name = unescape(key, `${file}:${line}`)
    if (UTF8_BEYOND_ASCII.test(text)) {
      warnings.push(
        `${file}:${line}: properties are read as ISO-8859-1, but ${name} looks like UTF-8. Write such characters as \\uXXXX.`,
      )
    }
    props.set(name, unescape(value, `${file}:${line}`))
  }
  return { props: Object.fromEntries(props), warnings }
}

interface LogicalLine {
  readonly text: string
  /** Number of its first line in the file, from 1. */
  readonly line: number
}

function logicalLines(text: string): readonly LogicalLine[] {
  const natural = text.split(/\r\n|\n|\r/)
  const lines: LogicalLine[] = []
  for (let i = 0; i < natural.length; i += 1) {
    const line = i + 1
    let joined = (natural[i] ?? '').replace(LEADING_SPACE, '')
    if (joined === '' || joined.startsWith('#') || joined.startsWith('!')) continue
    while (endsInBackslash(joined)) {
      i += 1
      joined = joined.slice(0, -1) + (natural[i] ?? '').replace(LEADING_SPACE, '')
    }
    if (joined !== '') lines.push({ text: joined, line })
  }
  return lines
}

/** Whether the number of backslashes at the end is odd. */
function endsInBackslash(text: string): boolean {
  return (/\\*$/.exec(text)?.[0].length ?? 0) % 2 === 1
}

/** Key and value, both still escaped. */
function splitLine(text: string): readonly [string, string] {
  let end = 0
  while (end < text.length && !/[=: \t\f]/.test(text[end] ?? '')) end += text[end] === '\\' ? 2 : 1
  const value = text.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
  return [text.slice(0, end), value]
}

function unescape(text: string, place: string): string {
  return text.replace(/\\(u([0-9a-fA-F]{4})?|[^]?)/g, (_whole, char: string, hex: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (char === 'u') {
      throw new ConnectError('bad-properties', `${place}: \\u is not followed by four hexadecimal digits`, {
        hint: 'Write a backslash in a value as \\\\.',
      })
    }
    return SIMPLE_ESCAPES[char] ?? char
  })
}

// Regular expressions and replacements as Java writes them, as far as they mean something else here.

const CLASSES: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Space: '\\s',
  XDigit: '0-9a-fA-F',
}
const QUOTATION = /\\Q([\s\S]*?)(?:\\E|$)/g
const FLAGS = /^\(\?([ims]+)\)/

/** The expression; null where it is none, or uses what only Java has. */
export function javaRegex(text: string): RegExp | null {
  const quoted = text.replaceAll(QUOTATION, (_all, literal: string) =>
    literal.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
  )
  const flags = FLAGS.exec(quoted)?.[1] ?? ''
  const source = quoted
    .replace(FLAGS, '')
    .replaceAll(
      /\\p\{(Lower|Upper|Alpha|Digit|Alnum|Punct|Space|XDigit)\}/g,
      (_all, name: string) => `[${CLASSES[name]}]`,
    )
    .replaceAll('\\A', '^')
    .replaceAll(/\\[zZ]/g, '$')
    .replaceAll('\\h', '[ \\t]')
  return compiled(source, `${flags}u`) ?? compiled(source, flags)
}

function compiled(source: string, flags: string): RegExp | null {
  try {
    return new RegExp(source, flags)
  } catch {
    return null
  }
}

export function regexProblem(text: string): string | null {
  if (text === '') return 'String must be non-empty'
  return javaRegex(text) === null ? 'Invalid regex' : null
}

/** The same, for whole texts. */
export function wholeMatch(regex: RegExp): RegExp {
  return new RegExp(`^(?:${regex.source})$`, regex.flags)
}

/** The first place where the expression is found, replaced: `$1`, `${name}`, `\$`. */
export function compileReplacement(regex: RegExp, replacement: string): (text: string) => string {
  const groups = new RegExp(`${regex.source}|`, regex.flags).exec('')?.length ?? 1
  const parts = partsOf(replacement, groups - 1)
  return (text) => {
    const found = regex.exec(text)
    if (found === null) return text
    const middle = parts.map((part) => {
      if (typeof part === 'string') return part
      return (typeof part.group === 'number' ? found[part.group] : found.groups?.[part.group]) ?? ''
    })
    return `${text.slice(0, found.index)}${middle.join('')}${text.slice(found.index + found[0].length)}`
  }
}

type Part = string | { readonly group: number | string }

/** More digits belong to a group's number for as long as there is such a group. */
function partsOf(replacement: string, groups: number): readonly Part[] {
  const parts: Part[] = []
  for (let at = 0; at < replacement.length;) {
    const rest = replacement.slice(at)
    const named = /^\$\{(\w+)\}/.exec(rest)
    const digits = /^\$(\d+)/.exec(rest)?.[1]
    if (rest.startsWith('\\') && rest.length > 1) {
      parts.push(rest[1] ?? '')
      at += 2
    } else if (named !== null) {
      parts.push({ group: named[1] ?? '' })
      at += named[0].length
    } else if (digits !== undefined) {
      let length = 1
      while (length < digits.length && Number(digits.slice(0, length + 1)) <= groups) length += 1
      parts.push({ group: Number(digits.slice(0, length)) })
      at += length + 1
    } else {
      parts.push(rest.startsWith('$') ? { group: '' } : (rest[0] ?? ''))
      at += 1
    }
  }
  return parts
}

/** What is wrong with a replacement; null where nothing is. */
export function replacementProblem(pattern: string, replacement: string): string | null {
  const regex = javaRegex(pattern)
  if (regex === null) return null
  const names = new Set([...pattern.matchAll(/\(\?<([A-Za-z]\w*)>/g)].map(([, name]) => name))
  const groups = (new RegExp(`${regex.source}|`, regex.flags).exec('')?.length ?? 1) - 1
  for (const part of partsOf(replacement, groups)) {
    if (typeof part === 'string') continue
    if (part.group === '') return 'Illegal group reference'
    if (typeof part.group === 'number' ? part.group > groups : !names.has(part.group)) return `No group ${part.group}`
  }
  return null
}

// Finds the `?` of a statement that stand for parameters: not those in strings, names or comments, and not those of operators.

/**
 * The statement with the last `count` of its `?` replaced by `mark(n)`, n from 1. Those before them are operators of a query that
 * conditions were put behind, and stay; so does `??`, which drivers have for an operator, as `?`.
 */
export function replaceMarks(text: string, count: number, mark: (n: number) => string): string {
  const marks = marksOf(text)
  const operators = marks.filter(({ isEscaped }) => !isEscaped).length - count
  let out = ''
  let from = 0
  let n = -operators
  for (const { at, isEscaped } of marks) {
    if (!isEscaped) n += 1
    out += text.slice(from, at) + (isEscaped || n < 1 ? '?' : mark(n))
    from = at + (isEscaped ? 2 : 1)
  }
  return out + text.slice(from)
}

interface Mark {
  readonly at: number
  readonly isEscaped: boolean
}

function marksOf(text: string): readonly Mark[] {
  const marks: Mark[] = []
  const tokens = new RegExp(TOKEN)
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const [token] = match
    if (token === '?' || token === '??') marks.push({ at: match.index, isEscaped: token === '??' })
    if (token === '/*') tokens.lastIndex = endOfComment(text, match.index)
  }
  return marks
}

/** Comments may hold comments. */
function endOfComment(text: string, start: number): number {
  const edges = /\/\*|\*\//g
  edges.lastIndex = start
  let depth = 0
  for (let match = edges.exec(text); match !== null; match = edges.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return edges.lastIndex
  }
  return text.length
}

const TOKEN =
  /(?<![\w$])[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*|(?<![\w$])(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[\s\S]*?\1|\?\??/g

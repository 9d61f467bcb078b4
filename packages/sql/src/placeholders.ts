// Finds the `?` of a statement that stand for parameters: not those in strings, names or comments.

/** The statement with its n-th `?` replaced by `mark(n)`, n from 1. `??` stands for one that is no parameter. */
export function replaceMarks(text: string, mark: (n: number) => string): string {
  let out = ''
  let from = 0
  let n = 0
  for (const match of text.matchAll(SKIPPED_OR_MARK)) {
    if (match[0] !== '?' && match[0] !== '??') continue
    out += text.slice(from, match.index)
    if (match[0] === '??') out += '?'
    else {
      n += 1
      out += mark(n)
    }
    from = match.index + match[0].length
  }
  return out + text.slice(from)
}

const SKIPPED_OR_MARK =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|(\$[A-Za-z_]*\$)[\s\S]*?\1|\?\??/g

// What a query is at its top level, without being misled by strings, comments, quoted names and parentheses.

const OPAQUE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\//g
const CLAUSE =
  /\b(?:as|join|where|group\s+by|having|window|order\s+by|limit|offset|fetch|union|intersect|except|for)\b/i
const LIMIT = /\b(?:limit|fetch)\b/i

/** A quote that is part of a string for some databases, and ends it for others. */
const ESCAPED_QUOTE = /\\['"]/

/** The query without blanks and semicolons at its end, nor comments behind such a semicolon. */
export function trimQuery(query: string): string {
  const text = query.trim().replace(/[;\s]+$/, '')
  if (ESCAPED_QUOTE.test(text)) return text
  const bare = text.replace(OPAQUE, (part) => (/^(?:--|\/\*)/.test(part) ? ' ' : 'x').repeat(part.length))
  const end = bare.search(/;[;\s]*$/)
  return end < 0 ? text : text.slice(0, end)
}

/** Whether a condition cannot simply be put behind the query, or could mean another column there. */
function hasOwnClauses(query: string): boolean {
  return ESCAPED_QUOTE.test(query) || CLAUSE.test(topLevelOf(query))
}

/** Whether the text bounds the number of rows. */
export function hasLimit(text: string): boolean {
  return LIMIT.test(topLevelOf(text))
}

function topLevelOf(query: string): string {
  let text = query.replace(OPAQUE, ' ')
  let inner = text.replace(/\([^()]*\)/g, ' ')
  while (inner !== text) {
    text = inner
    inner = text.replace(/\([^()]*\)/g, ' ')
  }
  return text
}

/** A SELECT behind which a condition can be put. */
export function openSelect(query: string): string {
  const text = trimQuery(query)
  const mayEndInComment = /(?:--|#)[^\n]*$/.test(text)
  const closed = mayEndInComment ? `${text}\n` : text
  return hasOwnClauses(text) ? `SELECT * FROM (${closed}) query_rows` : closed
}

import { expect, it } from 'vitest'
import { replaceMarks } from './placeholders.js'

it.each([
  ['a = ? and b = ?', 2, 'a = $1 and b = $2'],
  ["'?' = ? -- ?\n and ?", 2, "'?' = $1 -- ?\n and $2"],
  ['"?" `?` /* ? */ ?', 1, '"?" `?` /* ? */ $1'],
  ["'it''s ?' ?", 1, "'it''s ?' $1"],
  [String.raw`E'it\'s ?' ? '\' ?`, 2, String.raw`E'it\'s ?' $1 '\' $2`],
  ['$$ ? $$ ? $tag$ ? $tag$ $t1$ ? $t1$', 1, '$$ ? $$ $1 $tag$ ? $tag$ $t1$ ? $t1$'],
  ['a$1 ? b$1', 1, 'a$1 $1 b$1'],
  ['/* a /* ? */ ? */ ? /* ?', 1, '/* a /* ? */ ? */ $1 /* ?'],
  ['j ?? ? and k ??| ?', 2, 'j ? $1 and k ?| $2'],
  ["j ? 'a' and k ?| b where id > ? limit ?", 2, "j ? 'a' and k ?| b where id > $1 limit $2"],
  ["j ? 'a' and k ?? 'b'", 0, "j ? 'a' and k ? 'b'"],
  ['none', 0, 'none'],
])('numbers the parameters of %j', (text, count, marked) => {
  expect(replaceMarks(text, count, (n) => `$${n}`)).toBe(marked)
})

import { expect, it } from 'vitest'
import { replaceMarks } from './placeholders.js'

it.each([
  ['a = ? and b = ?', 'a = $1 and b = $2'],
  ["'?' = ? -- ?\n and ?", "'?' = $1 -- ?\n and $2"],
  ['"?" `?` /* ? */ ?', '"?" `?` /* ? */ $1'],
  ["'it''s ?' ?", "'it''s ?' $1"],
  ['$$ ? $$ ? $tag$ ? $tag$', '$$ ? $$ $1 $tag$ ? $tag$'],
  ['j ?? ? and k ??| ?', 'j ? $1 and k ?| $2'],
  ['none', 'none'],
])('numbers the parameters of %j', (text, marked) => {
  expect(replaceMarks(text, (n) => `$${n}`)).toBe(marked)
})

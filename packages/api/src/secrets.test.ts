import { expect, test } from 'vitest'
import { redact } from './errors.js'
import { keepSecret } from './secrets.js'

test('what was called a secret is in no text that is redacted', () => {
  keepSecret('Tr0ub4dor&3')
  keepSecret('Tr0ub4dor&3-longer')
  expect(redact('login ann/Tr0ub4dor&3 failed; Tr0ub4dor&3-longer, too')).toBe('login ann/**** failed; ****, too')
})

test('what is too short to be told from ordinary words stays', () => {
  keepSecret('root')
  expect(redact('user root')).toBe('user root')
})

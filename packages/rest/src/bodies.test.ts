import { describe, expect, test } from 'vitest'
import { readCreateRequest, readProps } from './bodies.js'

describe('a flat configuration body', () => {
  test('keeps the spelling of numbers and booleans as text', () => {
    const body = '{"a":1,"b":1.50,"c":true,"d":"x","e":null,"f":12345678901234567890}'
    expect(readProps(body)).toEqual({ a: '1', b: '1.50', c: 'true', d: 'x', e: null, f: '12345678901234567890' })
  })

  test('refuses what is nested too deeply', () => {
    expect(() => readProps('['.repeat(5000))).toThrow('Document nesting depth (1001) exceeds the maximum allowed')
  })

  test.each([
    ['{"a":{"b":1}}', 'Cannot deserialize value of type `java.lang.String` from Object value'],
    [
      '["a"]',
      'Cannot deserialize value of type `java.util.LinkedHashMap<java.lang.String,java.lang.String>` from Array',
    ],
    ['nonsense', "Unrecognized token 'nonsense': was expecting (JSON String, Number, Array, Object or token 'null'"],
    ['{"a":1', 'Unexpected end-of-input within/between Object entries'],
    ['{"a":"1', 'Unexpected end-of-input: was expecting closing quote'],
    ['{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value"],
    ['{a:1}', "Unexpected character ('a' (code 97)): was expecting double-quote to start field name"],
    ['{"a":1 "b":2}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries"],
    ['{"a":"\\x"}', 'Illegal character or escape sequence'],
  ])('%s is answered with status 500 and says what is wrong', (body, problem) => {
    expect(() => readProps(body)).toThrow(
      expect.objectContaining({ status: 500, message: expect.stringContaining(problem) }),
    )
  })

  test('says line and column of a mistake', () => {
    expect(() => readProps('{\n  "a": oops\n}')).toThrow('line: 2, column: 12')
  })
})

describe('a request to create a connector', () => {
  test.each([
    ['running', 'STARTED'],
    ['Paused', 'PAUSED'],
    ['STOPPED', 'STOPPED'],
  ])('takes initial_state %s in any case', (word, state) => {
    expect(readCreateRequest(`{"name":" n ","config":{"a":"b"},"initial_state":"${word}"}`)).toEqual({
      name: 'n',
      config: { a: 'b' },
      initialState: state,
    })
  })

  test.each([
    ['{"name":"n","config":{"x":{"y":1}}}', 'column: 27] (through reference chain: '],
    ['{"name":"n","config":{},"initial_state":"SLEEPING"}', 'column: 41] (through reference chain: '],
    ['{"name":"n","config":{},"colour":"red"}', 'column: 40] (through reference chain: '],
  ])('%s is refused with the place of the mistake and the way to it', (body, place) => {
    expect(() => readCreateRequest(body)).toThrow(place)
  })

  test('does not take STARTED, which is no word of the interface', () => {
    expect(() => readCreateRequest('{"name":"n","config":{},"initial_state":"STARTED"}')).toThrow('No enum constant')
  })
})

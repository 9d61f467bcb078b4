import { describe, expect, test } from 'vitest'
import { parseConnectorFile } from './connector-files.js'

const parse = (text: string) => parseConnectorFile(Buffer.from(text), 'c.json')

describe('a connector file', () => {
  test.each([
    ['properties', 'name=c\nconnector.class=X', 'STARTED'],
    ['a JSON object of settings', '{"name":"c","connector.class":"X"}', 'STARTED'],
    ['a create request', '{"name":"c","config":{"connector.class":"X"},"colour":"red"}', 'STARTED'],
    [
      'a create request with a state',
      '{"name":"c","config":{"connector.class":"X"},"initial_state":"paused"}',
      'PAUSED',
    ],
  ])('may hold %s', (_form, text, initialState) => {
    const config = { name: 'c', 'connector.class': 'X' }
    expect(parse(text)).toEqual({ name: 'c', config, initialState, warnings: [] })
  })

  test('in JSON may hold numbers and booleans, which keep their spelling', () => {
    expect(parse('{"name":"c","a":1.50,"b":true,"c":null}').config).toEqual({ name: 'c', a: '1.50', b: 'true' })
  })

  test.each([
    ['connector.class=X', "Connector configuration at 'c.json' is missing the mandatory 'name' configuration"],
    ['{"connector.class":"X"}', "missing the mandatory 'name'"],
    ['{"config":{"a":"b"}}', "missing the mandatory 'name'"],
    ['{"name":"c","config":{"name":"d"}}', 'they have to be equal'],
    ['{"name":"c",\n "a":{"b":1}}', 'c.json:2:6: a has to be text, a number, true or false'],
    ['{"name":"c"\n "a":1}', 'c.json:2:2: Unexpected character'],
    ['{"name":"c","config":{},"initial_state":"asleep"}', 'initial_state other than'],
    ['[]', 'has to hold a JSON object'],
  ])('%j is refused with the reason', (text, problem) => {
    expect(() => parse(text)).toThrow(problem)
  })
})

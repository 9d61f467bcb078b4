import { describe, expect, it } from 'vitest'
import { defineConfig, StateError, type Plugin } from '@rowbridge/api'
import { pluginsOf } from './plugins.js'

const unused = () => Promise.reject(new StateError('unused', 'not loaded in this test'))

function plugin(className: string, otherNames: readonly string[] = []): Plugin {
  return {
    type: 'source',
    className,
    otherNames,
    taskClass: `${className}Task`,
    version: '1',
    config: defineConfig({}),
    connector: unused,
    task: unused,
  }
}

const jdbc = plugin('io.confluent.connect.jdbc.JdbcSourceConnector', ['io.aiven.connect.jdbc.JdbcSourceConnector'])
const mine = plugin('org.mine.FilesConnector')
const yours = plugin('org.yours.FilesConnector')
const plugins = pluginsOf([jdbc, mine, yours])

describe('a connector plugin', () => {
  it.each([
    ['io.confluent.connect.jdbc.JdbcSourceConnector'],
    ['io.aiven.connect.jdbc.JdbcSourceConnector'],
    ['JdbcSourceConnector'],
    ['JdbcSource'],
    [' JdbcSource '],
  ])('is found as %s', (name) => {
    expect(plugins.connector(name)).toBe(jdbc)
  })

  it('is not found by a short name that two share', () => {
    expect(() => plugins.connector('Files')).toThrow('Failed to find any class')
    expect(plugins.connector('org.mine.FilesConnector')).toBe(mine)
  })

  it('that does not exist gives a list and the nearest', () => {
    expect(() => plugins.connector('JdbcSuorce')).toThrow(
      expect.objectContaining({
        code: 'unknown-plugin',
        message: expect.stringContaining('available connectors are: io.confluent.connect.jdbc.JdbcSourceConnector, '),
        hint: 'Did you mean JdbcSource?',
      }),
    )
  })
})

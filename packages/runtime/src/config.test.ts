import { describe, expect, it } from 'vitest'
import { ConfigError, type Props } from '@rowbridge/api'
import { clientProps } from './client-props.js'
import { overridePolicyOf, standaloneConfig, warnAboutWorkerProps } from './config.js'
import { workerIdOf } from './worker-id.js'

const least: Props = {
  'key.converter': 'JsonConverter',
  'value.converter': 'JsonConverter',
  'offset.storage.file.filename': '/tmp/offsets',
}

function warningsOf(props: Props): string[] {
  const warnings: string[] = []
  const note = (message: string) => warnings.push(message)
  warnAboutWorkerProps(props, { debug: note, info: note, warn: note, error: note })
  return warnings
}

describe('the properties of a worker', () => {
  it('have the defaults of Kafka Connect', () => {
    const config = standaloneConfig.parse(least)

    expect([config['offset.flush.interval.ms'], config['task.shutdown.graceful.timeout.ms']]).toEqual([60_000, 5000])
  })

  it('name every required key that is missing', () => {
    expect(() => standaloneConfig.parse({})).toThrow(ConfigError)
    expect(() => standaloneConfig.parse({})).toThrow(/"key\.converter".*\n.*"value\.converter".*\n.*"offset\.storage/)
  })

  it.each([
    { props: { 'producer.linger.ms': '5', 'key.converter.schemas.enable': 'false', 'group.id': 'g' }, warnings: [] },
    {
      props: { 'offset.flush.intervall.ms': '5' },
      warnings: [
        'Unknown worker key offset.flush.intervall.ms: it has no effect. Did you mean offset.flush.interval.ms?',
      ],
    },
    { props: { 'plugin.path': '/x' }, warnings: ['Worker keys without effect here: plugin.path'] },
    {
      props: { 'security.protocol': 'SSL', 'producer.security.protocol': 'SSL' },
      warnings: ['security.protocol does not reach the consumers of tasks: set consumer.security.protocol, too.'],
    },
  ])('say what has no effect: $props', ({ props, warnings }) => {
    expect(warningsOf({ ...least, ...(props as Props) })).toEqual(warnings)
  })
})

it.each([
  [{ listeners: 'http://10.0.0.1:8083' }, '10.0.0.1:8083'],
  [{ listeners: 'https://a:1,http://b:2' }, 'b:2'],
  [{ listeners: 'https://a:1,http://b:2', 'rest.advertised.listener': 'https' }, 'a:1'],
  [{ listeners: 'https://a:1' }, 'a:1'],
  [{ listeners: 'http://a:1', 'rest.advertised.host.name': 'w', 'rest.advertised.port': '9' }, 'w:9'],
])('a worker with %j is known as %s', (props, id) => {
  expect(workerIdOf(standaloneConfig.parse({ ...least, ...(props as Props) }))).toBe(id)
})

it.each([
  ['All', 'All'],
  ['none', 'None'],
  ['org.apache.kafka.connect.connector.policy.PrincipalConnectorClientConfigOverridePolicy', 'Principal'],
])('the override policy %s is %s', (text, policy) => {
  expect(overridePolicyOf(text)).toBe(policy)
})

it.each([
  [{ 'connector.client.config.override.policy': 'com.example.Mine' }, 'Only the policies All, None, Principal'],
  [{ 'plugin.discovery': 'sideways' }, 'String must be one of: only_scan'],
  [{ 'metrics.num.samples': '0' }, 'Value must be at least 1'],
  [{ 'rest.advertised.listener': 'ftp' }, 'String must be one of: http, https'],
  [{ 'config.providers': 'a,a' }, 'Duplicate alias provided.'],
  [{ 'topic.tracking.enable': 'yes' }, 'Expected value to be either true or false'],
  [{ 'ssl.client.auth': 'perhaps' }, 'String must be one of: none, requested, required'],
])('a worker with %j is refused', (props, problem) => {
  expect(() => standaloneConfig.parse({ ...least, ...(props as Props) })).toThrow(problem)
})

describe('the properties of a client', () => {
  const worker = {
    'bootstrap.servers': 'k:9092',
    'security.protocol': 'SSL',
    'producer.linger.ms': '5',
    'admin.retries': '1',
  }

  it('are bootstrap.servers, then those of the worker for this client, then those of the connector', () => {
    expect(clientProps('producer', worker, { 'producer.override.linger.ms': '7', topic: 't' })).toEqual({
      'bootstrap.servers': 'k:9092',
      'linger.ms': '7',
    })
  })

  it('include the plain ones for an admin', () => {
    expect(clientProps('admin', worker)).toMatchObject({ 'security.protocol': 'SSL', retries: '1' })
  })
})

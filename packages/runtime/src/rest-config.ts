// Keys of the worker that say where and how the HTTP API is served.
import { defineConfig, type Config, type ConfigKey } from '@rowbridge/api'
import { listenerProblem } from './listener.js'

const REST = 'REST API'

export const restKeys = {
  listeners: {
    type: 'list',
    default: ['http://:8083'],
    group: REST,
    doc: 'Where the REST API listens: `http://host:port` or `https://host:port`; empty host: on every address.',
    check: (text) => (text === '' ? 'it names no listener' : listenersProblem(text)),
  },
  'rest.advertised.host.name': {
    type: 'string',
    default: null,
    group: REST,
    doc: 'Host by which this worker is called; by default that of the listener.',
  },
  'rest.advertised.port': {
    type: 'int',
    default: null,
    min: 0,
    max: 65_535,
    group: REST,
    doc: 'Port by which this worker is called; by default that of the listener.',
  },
  'rest.advertised.listener': {
    type: 'string',
    default: null,
    group: REST,
    doc: 'Scheme of the listener by which this worker is called: `http` or `https`.',
    check: (text) => (/^https?$/i.test(text) ? null : 'String must be one of: http, https'),
  },
  'admin.listeners': {
    type: 'list',
    default: null,
    group: REST,
    doc: 'Where `/admin` listens, if elsewhere; an empty list: nowhere.',
    check: (text) => (text === '' ? null : listenersProblem(text)),
  },
  'access.control.allow.origin': {
    type: 'string',
    default: '',
    group: REST,
    doc: 'Origins allowed by CORS, separated by commas; `*` stands for any part. Empty: none.',
  },
  'access.control.allow.methods': {
    type: 'string',
    default: '',
    group: REST,
    doc: 'Methods allowed by CORS, separated by commas. Empty: GET, POST, HEAD.',
  },
  'response.http.headers.config': {
    type: 'string',
    default: '',
    group: REST,
    doc: 'Headers of every answer: rules `set Name: value` (also `add`, `setDate`, `addDate`), separated by commas; a rule with a comma in it stands in double quotes.',
  },
  'rest.extension.classes': {
    type: 'list',
    default: [],
    group: REST,
    doc: '`BasicAuthSecurityRestExtension` asks for a user and password; users are those of the JAAS file that `KAFKA_OPTS` names. Others are refused.',
    check: (text) => extensionsProblem(text),
  },
  'rest.basic.auth.file': {
    type: 'string',
    default: null,
    group: REST,
    doc: 'A properties file of `user=password`: whoever calls the REST API has to be in it. In place of a JAAS file.',
  },
  'metrics.prometheus.enable': {
    type: 'boolean',
    default: true,
    group: REST,
    doc: 'Whether `/metrics` answers with figures for Prometheus.',
  },
  'ssl.client.auth': {
    type: 'enum',
    values: ['none', 'requested', 'required'],
    default: 'none',
    group: REST,
    importance: 'low',
    doc: 'Whether clients of an https listener have to show a certificate.',
  },
} as const satisfies Readonly<Record<string, ConfigKey>>

export const BASIC_AUTH_EXTENSION = 'BasicAuthSecurityRestExtension'

export const restConfig = defineConfig(restKeys)
export type RestConfig = Config<typeof restKeys>

function listenersProblem(text: string): string | null {
  const problems = text.split(',').map((item) => listenerProblem(item.trim()))
  return problems.find((problem) => problem !== null) ?? null
}

/** One that is left out unnoticed may be the one that keeps strangers out. */
function extensionsProblem(text: string): string | null {
  const unknown = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name.slice(name.lastIndexOf('.') + 1) !== BASIC_AUTH_EXTENSION)
  return unknown.length === 0 ? null : `Extensions in Java cannot run here: ${unknown.join(', ')}`
}

// What is wrong with a connector's configuration: framework keys first, then the plugin's, as Kafka Connect lists them.
import {
  ConfigError,
  nearestKey,
  type ConfigProblem,
  type ConfigValue,
  type ConnectorPlugin,
  type Log,
  type Props,
} from '@rowbridge/api'
import { keepSecretsOf, type References } from './config-providers.js'
import { overridePolicyOf, type OverridePolicy, type WorkerConfig } from './config.js'
import { PASSED_ON_PREFIXES, sinkConnectorConfig, sinkProblems, sourceConnectorConfig } from './connector-config.js'
import { converterProblems, warnAboutConverterProps } from './converter-keys.js'
import type { ConfigInfos } from './herder.js'
import type { Plugins } from './plugins.js'
import { topicCreationProblems } from './topic-creation.js'
import { transformProblems, transformValues, warnAboutTransformProps } from './transform-keys.js'

export interface Validation {
  readonly plugins: Plugins
  readonly worker: WorkerConfig
  readonly references: References
}

/** The configuration's own plugin; throws ConfigError `no-connector-class` or StateError `unknown-plugin`. */
export function pluginOf(plugins: Plugins, props: Props): ConnectorPlugin {
  const name = props['connector.class']?.trim()
  if (name !== undefined && name !== '') return plugins.connector(name)
  const members = Object.entries(props).map(([key, value]) => `${key}=${isSecret(key) ? '[hidden]' : value}`)
  throw new ConfigError('no-connector-class', [
    { key: 'connector.class', message: `Connector config {${members.join(', ')}} contains no connector type` },
  ])
}

function isSecret(key: string): boolean {
  return /password|secret|token|credential|jaas/i.test(key)
}

function pruned(name: string): string {
  return name.endsWith('Connector') ? name.slice(0, -'Connector'.length) : name
}

/** `connector.class` has to end with the type of the request, both taken without a trailing `Connector`. */
export function checkRequestType(type: string, props: Props): void {
  const given = props['connector.class']
  if (given === undefined || pruned(given).endsWith(pruned(type))) return
  const message = `Included connector type ${given} does not match request type ${type}`
  throw new ConfigError('class-mismatch', [{ key: 'connector.class', message }])
}

/** Every key with its value and problems; asks the connector's server only when each key is valid by itself. */
export async function validateConnector(room: Validation, raw: Props): Promise<ConfigInfos> {
  const props = room.references.resolve(raw)
  keepSecretsOf(props)
  return withoutResolved(await validateResolved(room, props), room.references, { raw, props })
}

/** Values and problems show the references that the user wrote. */
function withoutResolved(
  infos: ConfigInfos,
  references: References,
  { raw, props }: { readonly raw: Props; readonly props: Props },
): ConfigInfos {
  if (props === raw) return infos
  const configs = infos.configs.map((config) => {
    const written = raw[config.name]
    const isReference = written !== undefined && written !== props[config.name] && config.value !== null
    return {
      ...config,
      value: isReference && config.key.type !== 'password' ? written : config.value,
      errors: config.errors.map((error) => references.hide(error, raw)),
    }
  })
  return { ...infos, name: raw['connector.class'] ?? infos.name, configs }
}

async function validateResolved(
  { plugins, worker }: Omit<Validation, 'references'>,
  props: Props,
): Promise<ConfigInfos> {
  const plugin = pluginOf(plugins, props)
  const framework = (plugin.type === 'source' ? sourceConnectorConfig : sinkConnectorConfig).validate(props)
  const own = new Map(plugin.config.validate(props).map((value) => [value.name, value]))
  const merged = framework.map((value) => own.get(value.name) ?? value)
  const known = new Set(merged.map((value) => value.name))
  const further = [...own.values()].filter((value) => !known.has(value.name))
  let configs = [...merged, ...transformValues(props, plugins), ...further]
  configs = withProblems(configs, frameworkProblems(plugin, props, { plugins, worker }))
  if (configs.every((value) => value.errors.length === 0)) {
    const connector = await plugin.connector()
    configs = withProblems(configs, (await connector.validate?.(props)) ?? [])
  }
  return {
    name: props['connector.class'] ?? plugin.className,
    errorCount: configs.reduce((count, value) => count + value.errors.length, 0),
    groups: [...new Set(configs.map((value) => value.key.group).filter((group) => group !== undefined))],
    configs,
  }
}

function frameworkProblems(
  plugin: ConnectorPlugin,
  props: Props,
  { plugins, worker }: Omit<Validation, 'references'>,
): ConfigProblem[] {
  return [
    ...(plugin.type === 'sink' ? sinkProblems(props) : topicCreationProblems(props)),
    ...transformProblems(props),
    ...converterProblems(props, plugins),
    ...overrideProblems(overridePolicyOf(worker['connector.client.config.override.policy']), props),
  ]
}

const PRINCIPAL_KEYS: readonly string[] = ['sasl.jaas.config', 'sasl.mechanism', 'security.protocol']

function overrideProblems(policy: OverridePolicy | null, props: Props) {
  if (policy === 'All') return []
  const overrides = Object.keys(props).filter((key) => /^(producer|consumer|admin)\.override\./.test(key))
  return overrides
    .map((key) => ({ key, name: key.slice(key.indexOf('.override.') + '.override.'.length) }))
    .filter(({ name }) => policy === 'None' || !PRINCIPAL_KEYS.includes(name))
    .map(({ key, name }) => ({
      key,
      message: `The '${policy}' policy does not allow '${name}' to be overridden in the connector configuration.`,
    }))
}

/** Problems put beside the keys they blame; a key that is not listed gets a line of its own. */
function withProblems(configs: readonly ConfigValue[], problems: readonly ConfigProblem[]): ConfigValue[] {
  const listed = configs.map((value) => {
    const further = problems.filter(({ key }) => key === value.name).map(({ message }) => message)
    if (further.length === 0) return value
    const shown = value.key.type === 'class' ? null : value.value
    return { ...value, value: shown, errors: [...value.errors, ...further] }
  })
  const names = new Set(configs.map((value) => value.name))
  const unlisted = problems.filter(({ key }) => !names.has(key))
  return [
    ...listed,
    ...unlisted.map(({ key, message }): ConfigValue => {
      const described = { type: 'string', doc: '', default: null } as const
      return { name: key, key: described, order: -1, value: null, recommended: [], errors: [message], visible: true }
    }),
  ]
}

/** A ConfigError in Kafka Connect's words where the configuration has problems. */
export function throwProblems(infos: ConfigInfos): void {
  if (infos.errorCount === 0) return
  const problems = infos.configs.flatMap(({ name, errors }) => errors.map((message) => ({ key: name, message })))
  throw new InvalidConnectorConfig(problems)
}

class InvalidConnectorConfig extends ConfigError {
  constructor(problems: readonly ConfigProblem[]) {
    super('invalid-config', problems)
    this.message = [
      `Connector configuration is invalid and contains the following ${problems.length} error(s):`,
      ...problems.map(({ message }) => message),
      'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
    ].join('\n')
    this.name = 'ConfigError'
  }
}

/** Names each key that nobody knows, with the nearest known one. */
export function warnAboutConnectorProps(plugin: ConnectorPlugin, props: Props, plugins: Plugins, log: Log): void {
  const framework = plugin.type === 'source' ? sourceConnectorConfig : sinkConnectorConfig
  const names = Object.keys(framework.keys)
  for (const { key, nearest: own } of plugin.config.unknown(props)) {
    if (names.includes(key) || PASSED_ON_PREFIXES.some((prefix) => key.startsWith(prefix))) continue
    const nearest = nearestKey(key, own === null ? names : [...names, own])
    log.warn(`Unknown key ${key}: it has no effect.${nearest === null ? '' : ` Did you mean ${nearest}?`}`, { key })
  }
  for (const side of ['key', 'value', 'header']) {
    const ignored = Object.keys(props).filter((key) => key.startsWith(`${side}.converter.`))
    if (ignored.length === 0 || props[`${side}.converter`] !== undefined) continue
    log.warn(`${ignored.join(', ')} have no effect without ${side}.converter in the connector's configuration.`)
  }
  warnAboutConverterProps(props, plugins, log)
  warnAboutTransformProps(props, plugins, log)
}

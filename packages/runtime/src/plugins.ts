// Finds a plugin by any of the names that a configuration may call it.
import {
  nearestKey,
  StateError,
  type ConnectorPlugin,
  type ConverterPlugin,
  type HeaderConverterPlugin,
  type Plugin,
  type PredicatePlugin,
  type TransformPlugin,
} from '@rowbridge/api'

/** Each throws StateError `unknown-plugin` that lists what there is. */
export interface Plugins {
  readonly all: readonly Plugin[]
  connector(name: string): ConnectorPlugin
  converter(name: string): ConverterPlugin
  /** Converters of keys and values convert headers, too. */
  headerConverter(name: string): HeaderConverterPlugin | ConverterPlugin
  transform(name: string): TransformPlugin
  predicate(name: string): PredicatePlugin
}

export function pluginsOf(all: readonly Plugin[]): Plugins {
  const connectors = all.filter((plugin) => plugin.type === 'source' || plugin.type === 'sink')
  const converters = all.filter((plugin) => plugin.type === 'converter')
  const headerConverters = all.filter((plugin) => plugin.type === 'header_converter')
  return {
    all,
    connector: finder('Connector', connectors),
    converter: finder('Converter', converters),
    headerConverter: finder('HeaderConverter', [...headerConverters, ...converters]),
    transform: finder(
      'Transformation',
      all.filter((plugin) => plugin.type === 'transformation'),
    ),
    predicate: finder(
      'Predicate',
      all.filter((plugin) => plugin.type === 'predicate'),
    ),
  }
}

function finder<P extends Plugin>(kind: string, plugins: readonly P[]): (name: string) => P {
  const byName = namesOf(plugins, kind)
  return (name) => byName.get(name.trim()) ?? fail(kind, name, plugins)
}

/** Full names win; a short name that two plugins share belongs to neither. */
function namesOf<P extends Plugin>(plugins: readonly P[], suffix: string): ReadonlyMap<string, P> {
  const full = new Map<string, P>()
  const short = new Map<string, P | null>()
  for (const plugin of plugins) {
    for (const className of [plugin.className, ...(plugin.otherNames ?? [])]) {
      full.set(className, plugin)
      for (const alias of aliasesOf(className, suffix)) {
        const other = short.get(alias)
        short.set(alias, other === undefined || other === plugin ? plugin : null)
      }
    }
  }
  for (const [alias, plugin] of short) if (plugin !== null && !full.has(alias)) full.set(alias, plugin)
  return full
}

/** The simple name, and that cut at the last occurrence of the suffix. */
function aliasesOf(className: string, suffix: string): readonly string[] {
  const simple = className.slice(className.lastIndexOf('.') + 1)
  const at = simple.lastIndexOf(suffix)
  return at > 0 ? [simple, simple.slice(0, at)] : [simple]
}

function fail(kind: string, name: string, plugins: readonly Plugin[]): never {
  const names = plugins.map((plugin) => plugin.className)
  const short = names.flatMap((className) => [className, ...aliasesOf(className, kind)])
  const nearest = nearestKey(name, short)
  throw new StateError(
    'unknown-plugin',
    `Failed to find any class that implements ${kind} and which name matches ${name}, ` +
      `available ${kind.toLowerCase()}s are: ${names.join(', ')}`,
    nearest === null ? {} : { hint: `Did you mean ${nearest}?` },
  )
}

// Gives records without a schema one: a struct of all members seen so far, each a value of any kind. Absent members stay absent.
import { mapOf, primitive, struct, type Schema, type SchemaAndValues, type SinkBatch } from '@rowbridge/api'
import { ANY } from '@rowbridge/sql'

/** What the values of a member have been. `none`: null alone. */
type Kind = 'none' | 'boolean' | 'int64' | 'float64' | 'string' | 'json'

const KIND = 'kind'
const JSON_OBJECT = mapOf(primitive('string'), primitive('string', { optional: true }), { optional: true })

function anyOf(kind: Kind): Schema {
  return primitive('string', { optional: true, name: ANY, parameters: { [KIND]: kind } })
}

/** The schema that the values of such a field have asked for so far; null where there was nothing but null. */
export function inferredSchema(any: Schema): Schema | null {
  const kind = any.parameters?.[KIND] as Kind
  if (kind === 'none') return null
  return kind === 'json' ? JSON_OBJECT : primitive(kind, { optional: true })
}

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n

function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'bigint') return value >= LEAST && value <= MOST ? 'int64' : 'string'
  return 'json'
}

/** The narrowest kind that holds both. */
function merged(one: Kind, other: Kind): Kind {
  if (one === other || other === 'none') return one
  if (one === 'none') return other
  const both = [one, other]
  return both.includes('int64') && both.includes('float64') ? 'float64' : 'string'
}

type Members = Readonly<Record<string, unknown>>

/** What is known of the keys, or of the values, of one table's records. */
class Shape {
  readonly #kinds = new Map<string, Kind>()
  #schema: Schema | null = null
  #kind: Kind = 'none'

  /** Objects become rows, in which `undefined` is absent; all else stays what it is. */
  of(values: readonly unknown[]): SchemaAndValues {
    const isStruct = values.some((value) => typeof value === 'object' && value !== null)
    if (!isStruct) return { schema: this.#plain(values), values }
    for (const value of values) if (value !== null) this.#learn(value as Members)
    this.#schema ??= struct([...this.#kinds].map(([name, kind]) => ({ name, schema: anyOf(kind) })))
    const names = [...this.#kinds.keys()]
    return {
      schema: this.#schema,
      values: values.map((value) => (value === null ? null : rowOf(value as Members, names))),
    }
  }

  #plain(values: readonly unknown[]): Schema | null {
    for (const value of values) this.#kind = merged(this.#kind, kindOf(value))
    return this.#kind === 'none' ? null : anyOf(this.#kind)
  }

  #learn(members: Members): void {
    for (const name of Object.keys(members)) {
      const known = this.#kinds.get(name)
      const kind = merged(known ?? 'none', kindOf(members[name]))
      if (kind === known) continue
      this.#kinds.set(name, kind)
      this.#schema = null
    }
  }
}

function rowOf(members: Members, names: readonly string[]): unknown[] {
  return names.map((name) => (Object.hasOwn(members, name) ? members[name] : undefined))
}

export class JsonShapes {
  readonly #keys = new Shape()
  readonly #values = new Shape()

  /** The same batch, with schemas. */
  of(batch: SinkBatch): SinkBatch {
    const { key, value } = batch
    const isKeyBare = key !== null && key.schema === null && key.values.some((part) => part !== null)
    const isValueBare = value.schema === null && value.values.some((part) => part !== null)
    if (!isKeyBare && !isValueBare) return batch
    return {
      ...batch,
      key: isKeyBare ? this.#keys.of(key.values) : key,
      value: isValueBare ? this.#values.of(value.values) : value,
    }
  }
}

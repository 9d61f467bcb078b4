// The configurations that the suites of the sink start from.
export const AUTO = { 'auto.create': 'true', 'auto.evolve': 'true' }
export const BY_KEY = { ...AUTO, 'insert.mode': 'upsert', 'pk.mode': 'record_key', 'pk.fields': 'id' }
export const DELETES = { ...BY_KEY, 'delete.enabled': 'true' }
export const BY_VALUE = { ...AUTO, 'insert.mode': 'upsert', 'pk.mode': 'record_value', 'pk.fields': 'id' }

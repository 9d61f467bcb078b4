// The keys of the sink that are accepted without effect.
import type { NotSupported } from '../not-supported.js'

export const SINK_NOT_SUPPORTED: readonly NotSupported[] = [
  { key: 'mssql.use.merge.holdlock', harmless: ['true'], instead: 'there is no dialect for SQL Server.' },
]

// The keys of the sink that are accepted without effect.
import { CREDENTIALS_PROVIDER, type NotSupported } from '../not-supported.js'

export const SINK_NOT_SUPPORTED: readonly NotSupported[] = [
  CREDENTIALS_PROVIDER,
  { key: 'mssql.use.merge.holdlock', harmless: ['true'], instead: 'there is no dialect for SQL Server.' },
]

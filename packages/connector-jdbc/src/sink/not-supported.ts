// The keys of the sink that are accepted without effect.
import { CREDENTIALS_PROVIDER, type NotSupported } from '../not-supported.js'

export const SINK_NOT_SUPPORTED: readonly NotSupported[] = [
  CREDENTIALS_PROVIDER,
  { key: 'date.timezone', harmless: ['UTC'], instead: 'a date is written as the day it is, whatever the zone.' },
  { key: 'mssql.use.merge.holdlock', harmless: ['true'], instead: 'there is no dialect for SQL Server.' },
  {
    key: 'trim.sensitive.log',
    harmless: ['false'],
    instead: 'messages of errors may show up to 80 characters of a value that does not fit.',
  },
]

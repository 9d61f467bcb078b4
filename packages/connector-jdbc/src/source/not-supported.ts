// The keys of the source that are accepted without effect.
import type { NotSupported } from '../not-supported.js'

export const SOURCE_NOT_SUPPORTED: readonly NotSupported[] = [
  {
    key: 'table.names.qualify',
    harmless: ['true'],
    instead: 'statements and offsets name tables in full; an offset that was stored without is found.',
  },
]

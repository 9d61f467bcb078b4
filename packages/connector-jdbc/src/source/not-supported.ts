// The keys of the source that are accepted without effect.
import { CREDENTIALS_PROVIDER, type NotSupported } from '../not-supported.js'

export const SOURCE_NOT_SUPPORTED: readonly NotSupported[] = [
  CREDENTIALS_PROVIDER,
  {
    key: 'transaction.isolation.mode',
    harmless: ['DEFAULT'],
    instead: 'each page is one statement under the isolation level of the server.',
  },
  { key: 'max.buffer.size', harmless: ['0'], instead: 'there is no buffer; at most one page is read ahead.' },
]

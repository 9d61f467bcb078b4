// Keys that several transforms share.
import type { ConfigKey } from '@rowbridge/api'

export const REPLACE_NULL = {
  'replace.null.with.default': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    doc: 'Whether a field without a value is read as its default, where its schema has one.',
  },
} as const satisfies Readonly<Record<string, ConfigKey>>

/** What the text of a key must not be. */
export function notEmpty(text: string): string | null {
  return text === '' ? 'String must be non-empty' : null
}

export function notEmptyList(text: string): string | null {
  return text === '' ? 'Empty list' : null
}

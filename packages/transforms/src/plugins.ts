// Every transform and predicate of the package, in order of their names.
import type { PredicatePlugin, TransformPlugin } from '@rowbridge/api'
import { cast } from './cast.js'
import { dropHeaders } from './drop-headers.js'
import { extractField } from './extract-field.js'
import { extractNewRecordState } from './extract-new-record-state.js'
import { filter } from './filter.js'
import { flatten } from './flatten.js'
import { headerFrom } from './header-from.js'
import { hoistField } from './hoist-field.js'
import { insertField } from './insert-field.js'
import { insertHeader } from './insert-header.js'
import { maskField } from './mask-field.js'
import { hasHeaderKey } from './predicates/has-header-key.js'
import { recordIsTombstone } from './predicates/record-is-tombstone.js'
import { topicNameMatches } from './predicates/topic-name-matches.js'
import { regexRouter } from './regex-router.js'
import { replaceField } from './replace-field.js'
import { setSchemaMetadata } from './set-schema-metadata.js'
import { timestampConverter } from './timestamp-converter.js'
import { timestampRouter } from './timestamp-router.js'
import { valueToKey } from './value-to-key.js'

export const builtInTransforms: readonly TransformPlugin[] = [
  ...cast,
  dropHeaders,
  ...extractField,
  extractNewRecordState,
  filter,
  ...flatten,
  ...headerFrom,
  ...hoistField,
  ...insertField,
  insertHeader,
  ...maskField,
  regexRouter,
  ...replaceField,
  ...setSchemaMetadata,
  ...timestampConverter,
  timestampRouter,
  valueToKey,
]

export const builtInPredicates: readonly PredicatePlugin[] = [hasHeaderKey, recordIsTombstone, topicNameMatches]

// RecordIsTombstone: true for records without a value.
import { defineConfig, definePredicate } from '@rowbridge/api'
import { kafkaPredicate } from '../names.js'

export const recordIsTombstone = definePredicate(kafkaPredicate('RecordIsTombstone'), defineConfig({}), () => ({
  test: ({ value: { values } }) => values.includes(null) && values.map((value) => value === null),
}))

// HasHeaderKey: true for records with a header of that name.
import { defineConfig, definePredicate } from '@rowbridge/api'
import { notEmpty } from '../keys.js'
import { kafkaPredicate } from '../names.js'

export const hasHeaderKey = definePredicate(
  kafkaPredicate('HasHeaderKey'),
  defineConfig({
    name: { type: 'string', importance: 'medium', check: notEmpty, doc: 'Name of the header.' },
  }),
  ({ name }) => ({
    test: ({ headers }) => headers?.map((each) => each.some(({ key }) => key === name)) ?? false,
  }),
)

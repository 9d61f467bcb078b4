// DropHeaders: takes all headers of some names off the records.
import { defineBatchTransform, defineConfig } from '@rowbridge/api'
import { notEmptyList } from './keys.js'
import { kafkaTransform } from './names.js'

export const dropHeaders = defineBatchTransform(
  kafkaTransform('DropHeaders'),
  defineConfig({
    headers: { type: 'list', importance: 'high', check: notEmptyList, doc: 'Names of the headers to remove.' },
  }),
  ({ headers: names }) => ({
    apply: (batch) => {
      if (batch.headers === null) return batch
      return { ...batch, headers: batch.headers.map((headers) => headers.filter(({ key }) => !names.includes(key))) }
    },
  }),
)

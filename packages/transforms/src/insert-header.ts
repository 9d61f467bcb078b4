// InsertHeader: every record gets a header of one value.
import { defineBatchTransform, defineConfig, parseValue } from '@rowbridge/api'
import { kafkaTransform } from './names.js'

export const insertHeader = defineBatchTransform(
  kafkaTransform('InsertHeader'),
  defineConfig({
    header: { type: 'string', importance: 'high', doc: 'Name of the header.' },
    'value.literal': {
      type: 'string',
      importance: 'high',
      doc: 'Its value: numbers, `true`, dates, lists and maps are taken for what they are, all else for text.',
    },
  }),
  ({ header: key, 'value.literal': literal }) => {
    const header = { key, ...parseValue(literal) }
    return {
      apply: (batch) => {
        const { headers, length } = batch
        const added =
          headers === null ? Array.from({ length }, () => [header]) : headers.map((existing) => [...existing, header])
        return { ...batch, headers: added }
      },
    }
  },
)

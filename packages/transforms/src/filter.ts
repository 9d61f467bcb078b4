// Filter: drops every record it sees; a predicate says which those are.
import { defineBatchTransform, defineConfig } from '@rowbridge/api'
import { kafkaTransform } from './names.js'

export const filter = defineBatchTransform(kafkaTransform('Filter'), defineConfig({}), () => ({ apply: () => null }))

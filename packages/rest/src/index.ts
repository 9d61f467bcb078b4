// Speaks Kafka Connect's HTTP API on behalf of a herder. The public face of this package.
export { restServer, type RestOptions, type RestServer } from './server.js'
export type { MetricSource } from './metrics.js'

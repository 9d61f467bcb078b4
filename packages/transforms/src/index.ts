// Changes batches between connector and converter. The public face of this package.
export { builtInPredicates, builtInTransforms } from './plugins.js'

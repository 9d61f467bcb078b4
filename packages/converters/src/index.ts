// Turns values into message bytes and back. The public face of this package.
export { builtInConverters, jsonConverter, simpleHeaderConverter, stringConverter } from './plugins.js'

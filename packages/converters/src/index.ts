// Turns values into message bytes and back (JSON, string). The public face of this package.
export { converterConfigs, jsonConverter, stringConverter } from './plugins.js'

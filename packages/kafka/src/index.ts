// Reaches a log through one port; the public face of this package.
export * from './open.js'
export * from './port.js'
export { tlsSettings } from './tls.js'

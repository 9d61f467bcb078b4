// The command `rowbridge`; the public face of this package.
export { run } from './program.js'

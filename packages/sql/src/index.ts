// Knows databases; the public face of this package.
export type * from './commits.js'
export * from './database.js'
export { openDatabase } from './open.js'
export { typesMarkdown } from './types-markdown.js'
export { zoneOf, type Zone } from './zone.js'

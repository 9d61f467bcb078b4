// Knows databases; the public face of this package.
export * from './database.js'
export { anyJson, jsonWriter } from './bind-json.js'
export { openDatabase } from './open.js'
export { typesMarkdown } from './types-markdown.js'
export { zoneOf, type Zone } from './zone.js'

// Knows databases; the public face of this package.
export * from './database.js'
export { legacyMs } from './calendar.js'
export { formatWall } from './datetime.js'
export { INFINITE, MINUS_INFINITE } from './infinite.js'
export { schemaOfRow } from './misfit.js'
export { openDatabase } from './open.js'
export { typesMarkdown } from './types-markdown.js'
export { zoneOf, type Zone } from './zone.js'

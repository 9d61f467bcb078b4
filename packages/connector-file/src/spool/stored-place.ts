// What a stored offset says about a file: how much of it is in the topic, if it is about that file at all.
import type { Stats } from 'node:fs'
import type { Json } from '@rowbridge/api'
import type { Found } from './record-parser.js'

export interface StoredPlace {
  readonly isDone: (found: Found<unknown>) => boolean
  /** All of the file is in the topic. */
  readonly isAll: boolean
  /** The offset was stored for another file of this name, or for this one before it was changed. */
  readonly isOther: boolean
}

const NOTHING: StoredPlace = { isDone: () => false, isAll: false, isOther: false }

/** An offset without the marks of the file, as another implementation stores it, counts lines, or the objects of a JSON file. */
export function storedPlaceOf(stored: Json, stats: Stats, offsetOf: (found: Found<never>) => number): StoredPlace {
  const { offset, position, changed, length } = (stored ?? {}) as Record<string, Json | undefined>
  if (typeof offset !== 'number') return NOTHING
  if (typeof position !== 'number') {
    return { ...NOTHING, isDone: (found) => offsetOf(found as Found<never>) <= offset }
  }
  if (changed !== Math.trunc(stats.ctimeMs) || length !== stats.size) return { ...NOTHING, isOther: true }
  return { isDone: ({ end }) => end <= position, isAll: position >= length, isOther: false }
}

// Every row at every run; there is nothing to remember.
import type { Mode } from './mode.js'

export const bulk: Mode = {
  usesTimestamps: false,
  usesIncrementing: false,
  cursor: () => null,
}

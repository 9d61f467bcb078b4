// The modes by the word of the configuration.
import { bulk } from './bulk.js'
import { incrementing } from './incrementing.js'
import type { Mode } from './mode.js'
import { timestampIncrementing } from './timestamp-incrementing.js'
import { timestamp } from './timestamp.js'

const MODES: Readonly<Record<string, Mode>> = {
  bulk,
  incrementing,
  timestamp,
  'timestamp+incrementing': timestampIncrementing,
}

export function modeOf(name: string): Mode {
  return MODES[name] ?? bulk
}

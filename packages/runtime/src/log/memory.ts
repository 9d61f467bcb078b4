// A log that lives as long as the worker: config and status of a standalone worker, whose connectors are told at start.
import type { Json } from '@rowbridge/api'
import type { RecordLog } from './record-log.js'

export function memoryLog(): RecordLog {
  let tell: ((key: string, value: Json | null) => void) | null = null
  return {
    follow: (each) => {
      tell = each
      return Promise.resolve()
    },
    append: (records) => {
      for (const [key, value] of records) tell?.(key, value)
      return Promise.resolve()
    },
    readToEnd: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

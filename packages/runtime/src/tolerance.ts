// What becomes of a record that cannot be processed. Invariant 3: nothing is dropped unreported.
import { DataError, type Log, type LogFields } from '@rowbridge/api'
import type { Clock } from './clock.js'
import type { TaskMetrics } from './metrics.js'

export type Stage = 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'KAFKA_PRODUCE' | 'TASK_PUT'

export interface BadRecord {
  readonly stage: Stage
  /** The class that was at work. */
  readonly className: string
  /** Where the record is: `topic-partition@offset`, or the topic and source partition with the record's place. */
  readonly where: string
  /** Told with `errors.log.include.messages`. */
  readonly details?: LogFields
}

export interface Tolerance {
  readonly isAll: boolean
  /** Reports the record and returns to skip it, or throws the error with the record's place in it. */
  onBad(record: BadRecord, error: DataError): void
}

export interface ToleranceOptions {
  readonly id: string
  readonly tolerance: 'none' | 'all'
  readonly logEnable: boolean
  readonly includeMessages: boolean
  readonly log: Log
  readonly metrics: TaskMetrics
  readonly clock: Clock
}

export function toleranceOf(options: ToleranceOptions): Tolerance {
  const { id, log, metrics, clock, includeMessages } = options
  const isAll = options.tolerance === 'all'
  return {
    isAll,
    onBad: (record, error) => {
      metrics.add('total-record-failures', 1)
      metrics.add('total-record-errors', 1)
      metrics.set('last-error-timestamp', clock.now())
      const details = includeMessages ? record.details : undefined
      const message =
        `Error encountered in task ${id}. Executing stage '${record.stage}' with class '${record.className}', ` +
        `where the record is ${record.where}.`
      if (isAll || options.logEnable) {
        metrics.add('total-errors-logged', 1)
        log[isAll ? 'warn' : 'error'](isAll ? `${message} The record is skipped.` : message, { ...details, error })
      }
      if (!isAll) {
        throw new DataError(error.code, located(record, error.message), {
          cause: error,
          hint: error.hint ?? 'Mend the record, or set errors.tolerance=all to skip and log such records.',
        })
      }
      metrics.add('total-records-skipped', 1)
    },
  }
}

const SIDES: Readonly<Partial<Record<Stage, string>>> = { KEY_CONVERTER: ', key', VALUE_CONVERTER: ', value' }

/** What the message does not tell yet of the place goes before it. */
function located({ stage, where }: BadRecord, message: string): string {
  return message.includes(where) ? message : `${where}${SIDES[stage] ?? ''}: ${message}`
}

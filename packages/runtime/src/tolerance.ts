// What becomes of a record that cannot be processed: it is counted, logged and put into the dead letter queue, then skipped
// or fatal. Invariant 3: nothing is dropped unreported.
import { DataError, type Log } from '@rowbridge/api'
import type { Clock } from './clock.js'
import type { DeadLetters, Letter } from './dead-letters.js'
import type { TaskMetrics } from './metrics.js'

export type Stage =
  | 'HEADER_CONVERTER'
  | 'KEY_CONVERTER'
  | 'VALUE_CONVERTER'
  | 'TRANSFORMATION'
  | 'KAFKA_PRODUCE'
  | 'TASK_PUT'

export type Side = 'header' | 'key' | 'value'
export const CONVERTER_STAGES: Readonly<Record<Side, Stage>> = {
  header: 'HEADER_CONVERTER',
  key: 'KEY_CONVERTER',
  value: 'VALUE_CONVERTER',
}

export interface BadRecord {
  readonly stage: Stage
  /** The class that was at work. */
  readonly className: string
  /** Where the record is: `topic-partition@offset`, or the topic and source partition with the record's place. */
  readonly where: string
  /** What `errors.log.include.messages` adds to the log line. */
  readonly included?: string
  /** The record as it was read; null where it has not been in a topic, or is not kept. */
  readonly letter: Letter | null
}

export interface Tolerance {
  readonly isAll: boolean
  /**
   * Resolves to skip the record, once it is reported wherever it is to be; else rejects with the error and the record's place
   * in it. Rejects, too, when the dead letter queue cannot be reached: nothing is then skipped.
   */
  onBad(record: BadRecord, error: DataError): Promise<void>
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

export function toleranceOf(options: ToleranceOptions, deadLetters: DeadLetters | null): Tolerance {
  const { metrics, clock } = options
  const isAll = options.tolerance === 'all'
  return {
    isAll,
    onBad: async (record, error) => {
      metrics.add('total-record-errors', 1)
      metrics.add('total-record-failures', 1)
      metrics.set('last-error-timestamp', clock.now())
      const isKept = deadLetters !== null && record.letter !== null
      if (options.logEnable || (isAll && !isKept)) logError(record, error, options)
      if (deadLetters !== null && record.letter !== null) await deadLetters.send(record.letter, record, error)
      if (!isAll) throw fatal(record, error)
      metrics.add('total-records-skipped', 1)
    },
  }
}

function logError(record: BadRecord, error: DataError, options: ToleranceOptions): void {
  const { id, log, metrics, includeMessages, tolerance } = options
  metrics.add('total-errors-logged', 1)
  const included = includeMessages && record.included !== undefined ? `, ${record.included}` : ''
  const message =
    `Error encountered in task ${id}. Executing stage '${record.stage}' with class '${record.className}', ` +
    `where the record is ${record.where}${included}.`
  if (tolerance === 'all') log.warn(`${message} The record is skipped.`, { error })
  else log.error(message, { error })
}

const SIDES: Readonly<Partial<Record<Stage, string>>> = { KEY_CONVERTER: ', key', VALUE_CONVERTER: ', value' }

function fatal(record: BadRecord, error: DataError): DataError {
  return new DataError(error.code, located(record, error.message), {
    cause: error,
    hint: error.hint ?? 'Mend the record, or set errors.tolerance=all to skip and report such records.',
    ...(error.facts === null ? {} : { facts: error.facts }),
  })
}

/** What the message does not tell yet of the place goes before it. */
function located({ stage, where, className }: BadRecord, message: string): string {
  const side = stage === 'TRANSFORMATION' ? `, ${className}` : (SIDES[stage] ?? '')
  return message.includes(where) ? message : `${where}${side}: ${message}`
}

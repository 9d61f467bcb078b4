// Which figures there are, by the groups in which Kafka Connect keeps them. Dashboards ask for every one of them, so that
// those a task has not told yet are told as zero.

export const TASK_GROUPS = {
  'connector-task': [
    'running-ratio',
    'pause-ratio',
    'batch-size-avg',
    'batch-size-max',
    'offset-commit-avg-time-ms',
    'offset-commit-max-time-ms',
    'offset-commit-success-percentage',
    'offset-commit-failure-percentage',
  ],
  'task-error': [
    'total-record-failures',
    'total-record-errors',
    'total-records-skipped',
    'total-retries',
    'total-errors-logged',
    'deadletterqueue-produce-requests',
    'deadletterqueue-produce-failures',
    'last-error-timestamp',
  ],
} as const

export const TYPE_GROUPS = {
  source: {
    group: 'source-task',
    names: [
      'source-record-poll-rate',
      'source-record-poll-total',
      'source-record-write-rate',
      'source-record-write-total',
      'poll-batch-avg-time-ms',
      'poll-batch-max-time-ms',
      'source-record-active-count',
      'source-record-active-count-avg',
      'source-record-active-count-max',
      'transaction-size-avg',
      'transaction-size-max',
      'transaction-size-min',
    ],
  },
  sink: {
    group: 'sink-task',
    names: [
      'sink-record-read-rate',
      'sink-record-read-total',
      'sink-record-send-rate',
      'sink-record-send-total',
      'sink-record-lag-max',
      'sink-record-active-count',
      'sink-record-active-count-avg',
      'sink-record-active-count-max',
      'partition-count',
      'offset-commit-seq-no',
      'offset-commit-completion-rate',
      'offset-commit-completion-total',
      'offset-commit-skip-rate',
      'offset-commit-skip-total',
      'put-batch-avg-time-ms',
      'put-batch-max-time-ms',
    ],
  },
} as const

/** States of tasks that are counted by connector, as Kafka Connect calls them. */
export const COUNTED_STATES = ['running', 'paused', 'failed', 'unassigned', 'destroyed', 'restarting'] as const

/** Whether a figure of a task is one of Kafka Connect's; the others go by names of our own. */
export function isKnown(name: string): boolean {
  return KNOWN.has(name)
}

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.values(TASK_GROUPS).flat(),
  ...Object.values(TYPE_GROUPS).flatMap(({ names }) => names),
  'offset-commit-success-total',
  'offset-commit-failure-total',
])

// What a task has to do with the commit safety of its tables: makes it as the configuration says, and tells the worker how it stands.
import type { Log, Metrics } from '@rowbridge/api'
import type { Guarantee } from '@rowbridge/sql'
import { CommitSafety } from './commit-safety.js'
import type { SourceConfig } from './config.js'
import type { RowSource } from './row-source.js'

/** Null where rows are to be read as soon as they are visible. */
export function safetyOf(
  source: RowSource,
  config: SourceConfig,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): CommitSafety | null {
  const { cursor } = source
  if (cursor === null || !config['commit.safe']) return null
  return new CommitSafety({
    source,
    cursor,
    delayMs: config['timestamp.delay.interval.ms'],
    maxWaitMs: Math.max(config['commit.safe.max.wait.ms'], 0),
    log,
    signal,
  })
}

const LEVELS: Readonly<Record<Guarantee, number>> = { 'best effort': 0, bounded: 1, exact: 2 }

/** The weakest guarantee and the longest hold of all tables. */
export function tellSafety(metrics: Metrics, readers: readonly { readonly safety: CommitSafety | null }[]): void {
  let level = LEVELS.exact
  let heldMs = 0
  let isKnown = false
  for (const { safety } of readers) {
    if (safety === null || safety.guarantee === null) continue
    isKnown = true
    level = Math.min(level, LEVELS[safety.guarantee])
    heldMs = Math.max(heldMs, safety.heldMs)
  }
  if (!isKnown) return
  metrics.set('source-guarantee-level', level)
  metrics.set('source-held-back-ms', heldMs)
}

// The live line of a long load: rows so far and rows per second of each connector that moves, how much is done and how long the rest
// will take. Where there is no terminal, the log tells it now and then.
import type { Log } from '@rowbridge/api'
import type { TaskProgress, Worker } from '@rowbridge/runtime'
import type { StatusLine } from './status-line.js'

const EVERY_MS = 500
/** A load shorter than this needs no line. */
const LONG_MS = 1_500

/** Without a terminal, so often. */
const LOGGED_MS = 30_000

/** Draws until the returned function is called. */
export function showProgress(worker: Pick<Worker, 'progress'>, line: StatusLine, log: Log): () => void {
  const loads = new Map<string, Load>()
  let logged = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    const text = lineOf(loads, worker.progress(), now)
    line.show(text)
    if (line.isShown || text === '' || now - logged < LOGGED_MS) return
    logged = now
    log.info(text)
  }, EVERY_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    line.show('')
  }
}

interface Load {
  /** When the connector began to move without a pause. */
  readonly since: number
  readonly rowsThen: number
  readonly rows: number
  readonly changed: number
}

/** The text for the figures of now; `loads` remembers those of before. */
export function lineOf(loads: Map<string, Load>, progress: readonly TaskProgress[], time: number): string {
  const parts: string[] = []
  for (const [connector, { rows, share, leftMs, behind }] of totalsOf(progress)) {
    const before = loads.get(connector)
    const load = nextLoad(before, rows, time)
    loads.set(connector, load)
    const seconds = (load.changed - load.since) / 1000
    if (time - load.changed >= LONG_MS || load.changed - load.since < LONG_MS) continue
    const rate = Math.round((load.rows - load.rowsThen) / seconds)
    const done = share === null ? '' : ` · ${Math.floor(share * 100)} %`
    const left = leftMs === null || leftMs === 0 ? '' : ` · ${timeText(leftMs)} left`
    const lag = behind === null || behind === 0 ? '' : ` · ${figure(behind)} behind`
    parts.push(`${connector}: ${figure(rows)} rows · ${figure(rate)} rows/s${done}${left}${lag}`)
  }
  return parts.join('   ')
}

function nextLoad(before: Load | undefined, rows: number, time: number): Load {
  if (before === undefined) return { since: time, rowsThen: rows, rows, changed: time }
  if (rows === before.rows) return before
  const isPaused = time - before.changed >= LONG_MS
  return isPaused ? { since: time, rowsThen: before.rows, rows, changed: time } : { ...before, rows, changed: time }
}

interface Totals {
  readonly rows: number
  /** Of a source that loads tables, from 0 to 1. */
  readonly share: number | null
  /** Of the same, until the slowest task will be done. */
  readonly leftMs: number | null
  /** Of a sink: records that wait in the partition with the most. */
  readonly behind: number | null
}

function totalsOf(progress: readonly TaskProgress[]): ReadonlyMap<string, Totals> {
  const totals = new Map<string, Totals>()
  for (const { connector, type, metrics } of progress) {
    const before = totals.get(connector)
    const rows = metrics[type === 'source' ? 'source-record-write-total' : 'sink-record-send-total'] ?? 0
    totals.set(connector, {
      rows: rows + (before?.rows ?? 0),
      share: chosen(Math.min, before?.share, metrics['source-load-share']),
      leftMs: chosen(Math.max, before?.leftMs, metrics['source-load-left-ms']),
      behind: chosen(Math.max, before?.behind, metrics['sink-record-lag-max']),
    })
  }
  return totals
}

function chosen(choose: typeof Math.min, ...values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number')
  return known.length === 0 ? null : choose(...known)
}

function timeText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`
}

function figure(value: number): string {
  return value.toLocaleString('en-US')
}

// `rowbridge standalone --once`: connectors that run to the present end, and the report of what they came to.
import type { Log, Props } from '@rowbridge/api'
import { pluginsOf, type RunReport, type Worker } from '@rowbridge/runtime'
import type { ConnectorFile } from './connector-files.js'
import { builtInPlugins } from './plugins.js'

/** Sinks commit as often as this, as their end is told by what is committed. */
const COMMIT_MS = 500

/** The worker's properties for a single run. */
export function onceWorker(props: Props): Props {
  const usual = Number(props['offset.flush.interval.ms'] ?? 60_000)
  return { ...props, 'offset.flush.interval.ms': String(Math.min(usual, COMMIT_MS)) }
}

/** Sources end by themselves; sinks are drained once the sources have ended. */
export function onceConnector(connector: ConnectorFile): ConnectorFile {
  return { ...connector, config: { ...connector.config, 'run.once': String(typeOf(connector.config) === 'source') } }
}

function typeOf(config: Props): string {
  try {
    return pluginsOf(builtInPlugins).connector(config['connector.class'] ?? '').type
  } catch {
    return 'unknown'
  }
}

/** Waits for the end, reports, and resolves with whether all went well. */
export async function runOnce(worker: Worker, log: Log): Promise<boolean> {
  const reports = await worker.runOnce()
  for (const report of reports) tell(report, log)
  return reports.every(({ problem }) => problem === null)
}

function tell({ connector, type, rows, bytes, seconds, problem }: RunReport, log: Log): void {
  const figures = { connector, type, rows, bytes, seconds }
  const sum = `${rows.toLocaleString('en-US')} rows, ${sizeText(bytes)}, ${seconds.toFixed(1)} s`
  if (problem === null) log.info(`Done: ${sum}`, figures)
  else log.error(`Failed: ${sum}`, { ...figures, trace: problem })
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length)
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`
}

// `rowbridge standalone`: the composition root. Starts a worker with the built-in plugins and its HTTP API, makes the
// connectors of the named files one after the other, and stops cleanly when told to.
import { ConfigError, describeError, redact, type Log, type Props } from '@rowbridge/api'
import { openKafka } from '@rowbridge/kafka'
import { restServer, type RestServer } from '@rowbridge/rest'
import { LogLevels, parseProperties, startStandalone, type Worker } from '@rowbridge/runtime'
import { readConnectorFile, type ConnectorFile } from './connector-files.js'
import { createLog, rootLevelOf, type LogFormat, type LogLevel } from './log.js'
import { onceConnector, onceWorker, runOnce } from './once.js'
import { builtInPlugins } from './plugins.js'
import { readInput } from './read-input.js'
import { showProgress } from './progress.js'
import { StatusLine } from './status-line.js'
import { stoppingOf, type Stopping } from './stopping.js'

export interface StandaloneOptions {
  readonly logFormat: LogFormat
  readonly logLevel: LogLevel
  /** To the present end of the sources, and no further. */
  readonly once?: boolean
}

export const CANNOT_START = 2
const CONNECTOR_FAILED = 3
const RUN_FAILED = 4

/** Thrown inside with the exit code that the command is to end with. */
class StartFailure extends Error {
  readonly code: number

  constructor(code: number, cause: unknown) {
    super(describeError(cause), { cause })
    this.code = code
  }
}

/** Resolves with the exit code once the worker has stopped. */
export async function standalone(
  workerFile: string,
  connectorFiles: readonly string[],
  options: StandaloneOptions,
): Promise<number> {
  const around = surroundingsOf(options)
  const { log, stopping } = around
  try {
    const props = await orFail(CANNOT_START, readWorkerFile(workerFile, log))
    const connectors = await orFail(CONNECTOR_FAILED, readConnectorFiles(connectorFiles, log))
    if (!around.once) return await runWorker(props, connectors, around)
    return await runWorker(onceWorker(props), connectors.map(onceConnector), around)
  } catch (error) {
    return exitCodeOf(error, log)
  } finally {
    stopping.release()
  }
}

export function exitCodeOf(error: unknown, log: Log): number {
  if (!(error instanceof StartFailure)) throw error
  log.error(redact(error.message))
  return error.code
}

export interface Surroundings {
  readonly log: Log
  readonly logLevels: LogLevels
  readonly out: StatusLine
  readonly stopping: Stopping
  readonly once: boolean
}

export function surroundingsOf(options: StandaloneOptions): Surroundings {
  const out = new StatusLine(process.stdout)
  const colors = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
  const logLevels = new LogLevels(rootLevelOf(options.logLevel))
  const log = createLog({ format: options.logFormat, levels: logLevels, colors, out })
  return { log, logLevels, out, stopping: stoppingOf(log), once: options.once === true }
}

async function runWorker(
  props: Props,
  connectors: readonly ConnectorFile[],
  { log, logLevels, out, stopping, once }: Surroundings,
): Promise<number> {
  const worker = await startWorker(props, log, logLevels)
  let rest: RestServer | null = null
  let stopProgress: (() => void) | null = null
  try {
    let isReady = false
    const { herder } = worker
    rest = await orFail(
      CANNOT_START,
      restServer({ herder, props: worker.props, log, logLevels, metrics: worker, isReady: () => isReady }),
    )
    // A connector may take long to make, as when its database hangs.
    await Promise.race([createConnectors(worker, connectors, log, stopping), stopping.requested])
    if (stopping.isRequested()) return await stopping.requested
    isReady = true
    log.info(`Ready: ${rest.urls.join(', ')}`, { connectors: connectors.length })
    stopProgress = showProgress(worker, out, log)
    return await Promise.race([once ? onceCode(worker, log) : stopping.requested, stopping.requested])
  } catch (error) {
    return exitCodeOf(error, log)
  } finally {
    stopProgress?.()
    await rest?.close()
    await worker.stop()
    log.info('Stopped')
  }
}

async function onceCode(worker: Worker, log: Log): Promise<number> {
  return (await runOnce(worker, log)) ? 0 : RUN_FAILED
}

async function startWorker(props: Props, log: Log, logLevels: LogLevels): Promise<Worker> {
  try {
    return await startStandalone({ props, plugins: builtInPlugins, log, logLevels, openKafka })
  } catch (error) {
    throw new StartFailure(error instanceof ConfigError ? CANNOT_START : CONNECTOR_FAILED, error)
  }
}

async function createConnectors(
  worker: Worker,
  files: readonly ConnectorFile[],
  log: Log,
  stopping: Stopping,
): Promise<void> {
  for (const { name, config, initialState } of files) {
    if (stopping.isRequested()) return
    await orFail(CONNECTOR_FAILED, worker.herder.create(name, config, initialState))
    log.info('Created connector', { connector: name })
  }
}

/** An empty name means a worker without properties of its own. */
export async function readWorkerFile(file: string, log: Log): Promise<Props> {
  if (file === '') return {}
  const { props, warnings } = parseProperties(await readInput(file), file)
  for (const warning of warnings) log.warn(warning)
  return props
}

async function readConnectorFiles(files: readonly string[], log: Log): Promise<readonly ConnectorFile[]> {
  const connectors: ConnectorFile[] = []
  for (const file of files) {
    const connector = await readConnectorFile(file)
    for (const warning of connector.warnings) log.warn(warning)
    connectors.push(connector)
  }
  return connectors
}

export async function orFail<T>(code: number, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new StartFailure(code, error)
  }
}

// Starts a worker that stands alone: its stores, its log and its herder. Connectors are created through the herder.
import { adviceOf, type Log, type Plugin, type Props } from '@rowbridge/api'
import { openKafka, type Admin } from '@rowbridge/kafka'
import { clientProps } from '../client-props.js'
import { systemClock, type Clock } from '../clock.js'
import { standaloneConfig } from '../config.js'
import { LogLevels } from '../log-levels.js'
import { memoryLog } from '../log/memory.js'
import { offsetsFile } from '../log/offsets-file.js'
import { fold } from '../log/record-log.js'
import { Startups } from '../startups.js'
import { applyConfig, emptyConfigState } from '../stores/config.js'
import { openOffsetStore } from '../stores/offset.js'
import { applyStatus, emptyStatusState } from '../stores/status.js'
import type { RunTask } from '../task/handle.js'
import { runTask, type OpenKafka } from '../task/host.js'
import { workerIdOf } from '../worker-id.js'
import { prepareWorker } from '../worker-start.js'
import type { Worker } from '../worker.js'
import { StandaloneHerder } from './herder.js'

export interface StandaloneOptions {
  /** The properties of the worker, as in `worker.properties`. */
  readonly props: Props
  readonly plugins: readonly Plugin[]
  readonly log: Log
  /** How logs are opened; by default as `bootstrap.servers` says. */
  readonly openKafka?: OpenKafka
  /** Where a task runs: in this thread, unless given another place; only the port and the plain spec cross to it. */
  readonly runTask?: RunTask
  readonly clock?: Clock
  /** Levels of the log that requests change; those of a log that knows none are changed without effect. */
  readonly logLevels?: LogLevels
}

/** Throws ConfigError or StateError when the worker cannot start; a connector that fails later never stops it. */
export async function startStandalone(options: StandaloneOptions): Promise<Worker> {
  const { log, clock = systemClock } = options
  const open = options.openKafka ?? openKafka
  const { props, references, worker, plugins } = prepareWorker({
    ...options,
    parse: (given) => standaloneConfig.parse(given),
  })
  const workerId = workerIdOf(worker)
  const offsets = await openOffsetStore(offsetsFile(worker['offset.storage.file.filename']))
  const clientId = `connector-worker-adminclient-${workerId}`
  const kafka = await open(clientProps('admin', props), { clientId, log, access: 'own' })
  const admin = kafka.admin(clientId)
  const stopped = new AbortController()
  void tellIfUnreachable(admin, log, stopped.signal)
  const startups = new Startups()
  const herder = new StandaloneHerder({
    plugins,
    worker,
    workerProps: props,
    references,
    startups,
    workerId,
    gracefulMs: worker['task.shutdown.graceful.timeout.ms'],
    tracksTopics: worker['topic.tracking.enable'],
    configs: await fold(memoryLog(), emptyConfigState(), applyConfig),
    statuses: await fold(memoryLog(), emptyStatusState(), applyStatus),
    offsets,
    admin,
    runTask: options.runTask ?? ((port, spec) => void runTask(port, spec, { plugins, openKafka: open, clock })),
    clock,
    logLevels: options.logLevels ?? new LogLevels('INFO'),
    log,
  })
  return {
    herder,
    props,
    workerId,
    progress: () => herder.progress(),
    figures: () => ({ 'connect-worker': startups.report() }),
    runOnce: () => herder.runOnce(),
    stop: async () => {
      stopped.abort()
      await herder.stop()
      await offsets.close()
      await admin.close()
      await kafka.close()
    },
  }
}

/** The worker starts all the same: its tasks try again until the log answers. */
async function tellIfUnreachable(admin: Admin, log: Log, stopped: AbortSignal): Promise<void> {
  try {
    await admin.clusterId()
  } catch (error) {
    if (!stopped.aborted) log.warn(`The log does not answer; nothing moves until it does. ${adviceOf(error)}`)
  }
}

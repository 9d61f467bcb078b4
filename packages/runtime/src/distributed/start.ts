// Starts a worker of a cluster: reads the three internal topics and joins the group.
import { StateError, type Log, type Plugin, type Props } from '@rowbridge/api'
import { openKafka, type Admin, type Kafka } from '@rowbridge/kafka'
import { systemClock, type Clock } from '../clock.js'
import type { References } from '../config-providers.js'
import { LogLevels } from '../log-levels.js'
import { TopicLog } from '../log/topic-log.js'
import type { Plugins } from '../plugins.js'
import { Startups } from '../startups.js'
import { openOffsetStore, type OffsetStore } from '../stores/offset.js'
import type { RunTask } from '../task/handle.js'
import { runTask, type OpenKafka } from '../task/host.js'
import { Wake } from '../wake.js'
import { workerIdOf, workerUrlOf } from '../worker-id.js'
import { prepareWorker } from '../worker-start.js'
import type { Worker } from '../worker.js'
import { distributedConfig, type DistributedConfig } from './config.js'
import { ConfigFeed } from './config-feed.js'
import { Crew } from './crew.js'
import { Gate } from './gate.js'
import { DistributedHerder } from './herder.js'
import { prepareTopics } from './internal-topics.js'
import { Membership } from './membership.js'
import { Publisher } from './publisher.js'
import { Rebalancer } from './rebalancer.js'
import { SharedStatuses } from './shared-statuses.js'
import { checkAlgorithms } from './signing.js'

export interface DistributedOptions {
  /** The properties of the worker, as in `worker.properties`. */
  readonly props: Props
  readonly plugins: readonly Plugin[]
  readonly log: Log
  readonly openKafka?: OpenKafka
  readonly runTask?: RunTask
  readonly clock?: Clock
  /** Levels of the log that requests change. */
  readonly logLevels?: LogLevels
}

export interface ClusterWorker extends Omit<Worker, 'runOnce'> {
  /** Whether it has joined its cluster. */
  isReady(): boolean
}

interface Opened {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly configs: ConfigFeed
  readonly statuses: SharedStatuses
  readonly offsets: OffsetStore
}

/** Throws ConfigError or StateError when the worker cannot start, as when no broker answers. */
export async function startDistributed(options: DistributedOptions): Promise<ClusterWorker> {
  const { log, clock = systemClock, logLevels = new LogLevels('INFO') } = options
  const open = options.openKafka ?? openKafka
  const { props, references, worker, plugins } = prepareWorker({
    ...options,
    parse: (given) => distributedConfig.parse(given),
  })
  checkAlgorithms(worker)
  if (worker['connect.protocol'] === 'eager') log.warn('connect.protocol=eager is read as compatible')
  const opened = await openStores(props, worker, { open, log, clock })
  const run = options.runTask ?? ((port, spec) => void runTask(port, spec, { plugins, openKafka: open, clock }))
  return assemble(opened, { props, references, worker, plugins, log, logLevels, clock, run })
}

async function openStores(
  props: Props,
  worker: DistributedConfig,
  { open, log, clock }: { readonly open: OpenKafka; readonly log: Log; readonly clock: Clock },
): Promise<Opened> {
  const group = worker['group.id']
  const kafka = await open(props, { clientId: `${group}-shared-admin`, log, access: 'own' })
  const admin = kafka.admin(`${group}-shared-admin`)
  try {
    await prepareTopics({ admin, worker, props, log, clock })
    const topicLog = (which: 'config' | 'offset' | 'status', clientId: string, producer: Props) =>
      new TopicLog({ kafka, topic: worker[`${which}.storage.topic`], clientId: `${group}-${clientId}`, log, producer })
    const configs = new ConfigFeed(topicLog('config', 'configs', { 'delivery.timeout.ms': '30000' }))
    const statuses = new SharedStatuses(topicLog('status', 'statuses', { 'delivery.timeout.ms': '30000' }), log)
    const [offsets] = await Promise.all([
      openOffsetStore(topicLog('offset', 'offsets', {})),
      configs.open(),
      statuses.open(),
    ])
    return { kafka, admin, configs, statuses, offsets }
  } catch (error) {
    await admin.close()
    await kafka.close()
    throw error
  }
}

interface Parts {
  readonly props: Props
  readonly references: References
  readonly logLevels: LogLevels
  readonly worker: DistributedConfig
  readonly plugins: Plugins
  readonly log: Log
  readonly clock: Clock
  readonly run: RunTask
}

function assemble(opened: Opened, parts: Parts): ClusterWorker {
  const { props, references, worker, plugins, log, logLevels, clock, run } = parts
  const { kafka, admin, configs, statuses } = opened
  const startups = new Startups()
  const [stop, wake, gate, workerId] = [new AbortController(), new Wake(), new Gate(), workerIdOf(worker)]
  const membership: Membership = new Membership({
    kafka,
    clientId: `${worker['group.id']}-${workerId}`,
    worker,
    url: workerUrlOf(worker),
    configs,
    current: () => crew.given,
    onRebalance: () => {
      gate.shut()
      wake.ring()
    },
    clock,
    log,
  })
  const offsets = fenced(opened.offsets, () => membership.isLost())
  const stopping = stop.signal
  const group = { worker, configs, membership, stopping, clock, log }
  const publisher = new Publisher({ ...group, isOurs: (name) => crew.runsConnector(name) })
  const crew: Crew = new Crew({
    plugins,
    workerProps: props,
    references,
    startups,
    workerId,
    gracefulMs: worker['task.shutdown.graceful.timeout.ms'],
    tracksTopics: worker['topic.tracking.enable'],
    configs,
    statuses,
    offsets,
    runTask: run,
    clock,
    log,
    generation: () => Math.max(0, membership.generation),
    publish: (name, tasks) => publisher.publish(name, tasks),
  })
  const tracksTopics = worker['topic.tracking.enable']
  const room = { ...group, plugins, references, statuses, offsets, admin, crew, gate, tracksTopics, logLevels }
  const herder = new DistributedHerder(room)
  const running = new Rebalancer({ ...room, wake }).run()
  return {
    herder,
    workerId,
    isReady: () => gate.wasOpen,
    props,
    progress: () => herder.progress(),
    figures: () => ({ 'connect-worker': startups.report() }),
    stop: async () => {
      stop.abort()
      wake.ring()
      await herder.stop()
      await running
      await close(opened)
    },
  }
}

async function close({ kafka, admin, configs, statuses, offsets }: Opened): Promise<void> {
  await statuses.flush()
  await Promise.all([configs.close(), statuses.close(), offsets.close()])
  await admin.close()
  await kafka.close()
}

/** A worker that the group may have given up writes no offsets: another one may be further. */
function fenced(offsets: OffsetStore, isLost: () => boolean): OffsetStore {
  return {
    ...offsets,
    write: (connector, written) => {
      if (isLost()) return Promise.reject(new StateError('cluster-lost', 'This worker has lost its cluster'))
      return offsets.write(connector, written)
    },
  }
}

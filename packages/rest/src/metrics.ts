// /metrics: the figures of worker, connectors and tasks for Prometheus, under both families of names in which exporters of
// Kafka Connect's own figures write them: `kafka_connect_<group>_metrics_<name>` and `kafka_connect_<group>_<name>`.
import {
  STAGE_TIME,
  type ConnectorStatus,
  type Herder,
  type TaskProgress,
  type WorkerFigures,
} from '@rowbridge/runtime'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { API_VERSION } from './admin.js'
import { COUNTED_STATES, isKnown, TASK_GROUPS, TYPE_GROUPS } from './metric-names.js'
import type { Route } from './route.js'

/** What a worker tells about itself beside the answers of its herder. */
export interface MetricSource {
  progress(): readonly TaskProgress[]
  figures(): WorkerFigures
}

type Labels = Readonly<Record<string, string>>

export function metricRoutes(herder: Herder, source: MetricSource): readonly Route[] {
  const own = new Registry()
  collectDefaultMetrics({ register: own })
  return [
    {
      method: 'GET',
      path: '/metrics',
      accepts: 'text/plain',
      handle: async () => {
        const page = new Page()
        await addAll(page, herder, source)
        const content = `${await page.registry.metrics()}\n${await own.metrics()}`
        return { status: 200, text: { type: page.registry.contentType, content } }
      },
    },
  ]
}

/** The figures of one answer. */
class Page {
  readonly registry = new Registry()
  readonly #metrics = new Map<string, Counter | Gauge>()

  /** Under a full name. */
  put(name: string, labels: Labels, value: number): void {
    let metric = this.#metrics.get(name)
    if (metric === undefined) {
      const options = { name, help: helpOf(name), labelNames: Object.keys(labels), registers: [this.registry] }
      metric = name.endsWith('_total') ? new Counter(options) : new Gauge(options)
      this.#metrics.set(name, metric)
    }
    metric.inc(labels, Number.isFinite(value) ? value : 0)
  }

  /** Under the names of both families. */
  both(group: string, name: string, labels: Labels, value: number): void {
    this.put(prometheusName(`kafka-connect-${group}-metrics-${name}`), labels, value)
    this.put(prometheusName(`kafka-connect-${group.replace(/^connect-/, '')}-${name}`), labels, value)
  }
}

function prometheusName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9]/g, '_')
}

function helpOf(name: string): string {
  return name.replace(/^kafka_connect_/, '').replaceAll('_', ' ')
}

async function addAll(page: Page, herder: Herder, source: MetricSource): Promise<void> {
  const names = await herder.connectors()
  const statuses = (await Promise.all(names.map((name) => statusOf(herder, name)))).filter((status) => status !== null)
  const tasks = source.progress()
  addWorker(page, source.figures(), { connectors: names.length, tasks: tasks.length })
  addTaskCounts(page, statuses)
  for (const status of statuses) await addConnector(page, herder, status)
  for (const task of tasks) addTask(page, task)
  const { version } = await herder.server()
  const app = { version: API_VERSION, commit_id: `rowbridge-${version}`, client_id: 'rowbridge' }
  page.put('kafka_connect_app_info', app, 1)
}

/** Null for a connector that vanished meanwhile, or has no status yet. */
async function statusOf(herder: Herder, name: string): Promise<ConnectorStatus | null> {
  return herder.status(name).catch(() => null)
}

function addWorker(page: Page, figures: WorkerFigures, counts: { connectors: number; tasks: number }): void {
  page.both('connect-worker', 'connector-count', {}, counts.connectors)
  page.both('connect-worker', 'task-count', {}, counts.tasks)
  for (const [group, values] of Object.entries(figures)) {
    for (const [name, value] of Object.entries(values)) page.both(group, name, {}, value)
  }
}

/** How many tasks of each connector are in which state; the sums go by the name `aggregate` in the first family alone. */
function addTaskCounts(page: Page, statuses: readonly ConnectorStatus[]): void {
  for (const state of ['total', ...COUNTED_STATES]) {
    const name = `connector-${state}-task-count`
    let sum = 0
    for (const { name: connector, tasks } of statuses) {
      const count = tasks.filter((task) => state === 'total' || task.state.toLowerCase() === state).length
      sum += count
      page.both('connect-worker', name, { connector }, count)
    }
    page.put(prometheusName(`kafka-connect-connect-worker-metrics-${name}`), { connector: 'aggregate' }, sum)
  }
}

async function addConnector(page: Page, herder: Herder, status: ConnectorStatus): Promise<void> {
  const { name: connector, type } = status
  const state = status.connector.state.toLowerCase()
  const info = await herder.info(connector).catch(() => null)
  const className = info?.config['connector.class'] ?? 'unknown'
  const plugin = herder.plugins().find((candidate) => candidate.className === className)
  const version = plugin?.version ?? 'unknown'
  page.put('kafka_connect_connector_status', { connector, status: state }, 1)
  page.put('kafka_connect_connector_connector_class', { connector, connector_class: className }, 1)
  page.put('kafka_connect_connector_connector_type', { connector, connector_type: type }, 1)
  page.put('kafka_connect_connector_connector_version', { connector, connector_version: version }, 1)
  const all = { connector, connector_class: className, connector_type: type, connector_version: version, status: state }
  page.put('kafka_connect_connector_metrics', all, 1)
  for (const { id, state: taskState } of status.tasks) {
    const labels = { connector, task: String(id), status: taskState.toLowerCase() }
    page.put('kafka_connect_connector_task_status', labels, 1)
    page.put('kafka_connect_connector_task_metrics_status', labels, 1)
  }
}

function addTask(page: Page, { connector, task, type, metrics }: TaskProgress): void {
  const labels = { connector, task: String(task) }
  const figures: Readonly<Record<string, number>> = { ...metrics, ...commitShares(metrics) }
  const groups = [...Object.entries(TASK_GROUPS), [`${type}-task`, TYPE_GROUPS[type].names] as const]
  for (const [group, names] of groups) for (const name of names) page.both(group, name, labels, figures[name] ?? 0)
  for (const [name, value] of Object.entries(metrics)) {
    if (name.startsWith(STAGE_TIME)) {
      const stage = name.slice(STAGE_TIME.length)
      page.put('rowbridge_task_stage_seconds_total', { ...labels, stage }, value / 1000)
    } else if (!isKnown(name)) {
      page.put(prometheusName(`rowbridge-task-${name}`), labels, value)
    }
  }
}

function commitShares(metrics: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const [successes = 0, failures = 0] = ['success', 'failure'].map((what) => metrics[`offset-commit-${what}-total`])
  const all = successes + failures
  if (all === 0) return {}
  return { 'offset-commit-success-percentage': successes / all, 'offset-commit-failure-percentage': failures / all }
}

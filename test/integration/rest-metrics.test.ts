// /metrics of a worker with a source and a sink at work: every name that dashboards ask for, in both families.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter } from '@rowbridge/converters'
import { restServer, type RestServer } from '@rowbridge/rest'
import { startStandalone, type Worker } from '@rowbridge/runtime'
import { waitFor } from '@rowbridge/testkit'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { quietLog } from './quiet-log.js'

const folder = mkdtempSync(join(tmpdir(), 'rowbridge-metrics-'))
const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'
let worker: Worker
let rest: RestServer

beforeAll(async () => {
  const source = new Database(join(folder, 'source.db'))
  source.exec("create table t (id integer primary key, name text); insert into t values (1, 'a'), (2, 'b'), (3, 'c')")
  source.close()
  const props = {
    'bootstrap.servers': `embedded:${join(folder, 'log')}`,
    'key.converter': JSON_CONVERTER,
    'value.converter': JSON_CONVERTER,
    'offset.storage.file.filename': join(folder, 'offsets'),
    'offset.flush.interval.ms': '200',
    listeners: 'http://127.0.0.1:0',
  }
  const log = quietLog()
  worker = await startStandalone({ props, plugins: [jdbcSource, jdbcSink, jsonConverter], log })
  rest = await restServer({ herder: worker.herder, props, log, metrics: worker })
  await worker.herder.create('src', {
    'connector.class': 'io.confluent.connect.jdbc.JdbcSourceConnector',
    'connection.url': `jdbc:sqlite:${join(folder, 'source.db')}`,
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    'poll.interval.ms': '50',
    'topic.prefix': 'm-',
  })
  await worker.herder.create('snk', {
    'connector.class': 'io.confluent.connect.jdbc.JdbcSinkConnector',
    'connection.url': `jdbc:sqlite:${join(folder, 'sink.db')}`,
    topics: 'm-t',
    'auto.create': 'true',
  })
  await waitFor('three rows to be counted at both ends', async () => {
    const page = await metrics()
    const ends = ['source_task_source_record_write_total', 'sink_task_sink_record_send_total']
    return ends.every((name) => page.get(`kafka_connect_${name}`)?.some(({ value }) => value === 3))
  })
})

afterAll(async () => {
  await rest.close()
  await worker.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Sample {
  readonly labels: string
  readonly value: number
}

/** Samples by name, as Prometheus reads them. */
async function metrics(): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const answer = await fetch(`${rest.urls[0]}/metrics`, { headers: { accept: 'text/plain;version=0.0.4' } })
  const found = new Map<string, Sample[]>()
  for (const [, name = '', labels = '', value] of (await answer.text()).matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    found.set(name, [...(found.get(name) ?? []), { labels, value: Number(value) }])
  }
  return found
}

const TASK_STATES = ['running', 'paused', 'failed', 'unassigned', 'destroyed']
const SOURCE =
  'poll_batch_avg_time_ms poll_batch_max_time_ms source_record_active_count source_record_active_count_avg source_record_active_count_max source_record_poll_rate source_record_poll_total source_record_write_rate source_record_write_total transaction_size_avg transaction_size_max transaction_size_min'
const SINK =
  'offset_commit_completion_rate offset_commit_completion_total offset_commit_seq_no offset_commit_skip_rate offset_commit_skip_total partition_count put_batch_avg_time_ms put_batch_max_time_ms sink_record_active_count sink_record_active_count_avg sink_record_active_count_max sink_record_lag_max sink_record_read_rate sink_record_read_total sink_record_send_rate sink_record_send_total'
const TASK =
  'batch_size_avg batch_size_max offset_commit_avg_time_ms offset_commit_max_time_ms offset_commit_success_percentage offset_commit_failure_percentage pause_ratio running_ratio'
const ERRORS =
  'deadletterqueue_produce_failures deadletterqueue_produce_requests last_error_timestamp total_errors_logged total_record_errors total_record_failures total_records_skipped total_retries'
const WORKER =
  'connector_count task_count connector_startup_success_total connector_startup_failure_total task_startup_success_total task_startup_failure_total'

describe('/metrics has the names', () => {
  test.each<[string, readonly string[]]>([
    ['of the worker, first family', WORKER.split(' ').map((name) => `kafka_connect_connect_worker_metrics_${name}`)],
    ['of the worker, second family', WORKER.split(' ').map((name) => `kafka_connect_worker_${name}`)],
    [
      'of the states of tasks',
      TASK_STATES.flatMap((state) => [
        `kafka_connect_worker_connector_${state}_task_count`,
        `kafka_connect_connect_worker_metrics_connector_${state}_task_count`,
      ]),
    ],
    [
      'of sources',
      SOURCE.split(' ').flatMap((name) => [
        `kafka_connect_source_task_metrics_${name}`,
        `kafka_connect_source_task_${name}`,
      ]),
    ],
    [
      'of sinks',
      SINK.split(' ').flatMap((name) => [`kafka_connect_sink_task_metrics_${name}`, `kafka_connect_sink_task_${name}`]),
    ],
    [
      'of tasks',
      TASK.split(' ').flatMap((name) => [
        `kafka_connect_connector_task_metrics_${name}`,
        `kafka_connect_connector_task_${name}`,
      ]),
    ],
    [
      'of errors',
      ERRORS.split(' ').flatMap((name) => [
        `kafka_connect_task_error_metrics_${name}`,
        `kafka_connect_task_error_${name}`,
      ]),
    ],
    [
      'of connectors',
      ['status', 'connector_class', 'connector_type', 'connector_version', 'task_status'].map(
        (name) => `kafka_connect_connector_${name}`,
      ),
    ],
    ['of the process', ['process_cpu_seconds_total', 'kafka_connect_app_info', 'kafka_connect_connector_metrics']],
  ])('%s', async (_name, names) => {
    const page = await metrics()
    expect(names.filter((name) => !page.has(name))).toEqual([])
  })
})

test('the figures are those of the connectors', async () => {
  // Figures of one moment may be ahead of others: a lag is told after the rows are.
  await waitFor('all figures', async () => {
    const page = await metrics()
    const value = (name: string, labels = '') => page.get(name)?.find((sample) => sample.labels === labels)?.value
    expect(value('kafka_connect_worker_connector_count')).toBe(2)
    expect(value('kafka_connect_worker_task_startup_success_total')).toBe(2)
    expect(value('kafka_connect_worker_connector_running_task_count', 'connector="src"')).toBe(1)
    expect(value('kafka_connect_connect_worker_metrics_connector_running_task_count', 'connector="aggregate"')).toBe(2)
    expect(value('kafka_connect_connector_status', 'connector="src",status="running"')).toBe(1)
    expect(value('kafka_connect_source_task_source_record_poll_total', 'connector="src",task="0"')).toBe(3)
    expect(value('kafka_connect_sink_task_sink_record_lag_max', 'connector="snk",task="0"')).toBe(0)
    expect(value('rowbridge_task_source_lag_seconds', 'connector="src",task="0"')).toBeGreaterThanOrEqual(0)
    expect(value('kafka_connect_connector_task_running_ratio', 'connector="src",task="0"')).toBeGreaterThan(0)
    return true
  })
})

test('the time of a task is told by stage', async () => {
  const stages = { src: ['read', 'encode', 'send', 'commit'], snk: ['fetch', 'decode', 'write', 'commit'] }
  const wanted = Object.entries(stages).flatMap(([connector, names]) =>
    names.map((stage) => `connector="${connector}",task="0",stage="${stage}"`),
  )
  const told = await waitFor('the time of every stage', async () => {
    const samples = (await metrics()).get('rowbridge_task_stage_seconds_total') ?? []
    const labels = samples.map((sample) => sample.labels)
    return wanted.every((one) => labels.includes(one)) && samples
  })
  expect(told.every(({ value }) => value >= 0)).toBe(true)
})

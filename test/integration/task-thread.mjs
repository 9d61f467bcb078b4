// A thread that runs one task: all it is given is the task's plain spec and its end of the port.
import { workerData } from 'node:worker_threads'
import { jdbcSink, jdbcSource } from '@rowbridge/connector-jdbc'
import { jsonConverter } from '@rowbridge/converters'
import { openKafka } from '@rowbridge/kafka'
import { pluginsOf, runTask } from '@rowbridge/runtime'

const plugins = pluginsOf([jdbcSource, jdbcSink, jsonConverter])
await runTask(workerData.port, workerData.spec, { plugins, openKafka })

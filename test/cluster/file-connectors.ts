// Kafka's file connectors, whose source tells each poll, so that tests see which worker runs what.
import { randomUUID } from 'node:crypto'
import type { Plugin, SourceTask } from '@rowbridge/api'
import { fileStreamSink, fileStreamSource } from '@rowbridge/connector-file'

/** Told of each poll of one run of a task. */
export type Trace = (task: string, run: string) => void

export function fileConnectors(trace: Trace): readonly Plugin[] {
  return [{ ...fileStreamSource, task: async () => traced(await fileStreamSource.task(), trace) }, fileStreamSink]
}

function traced(task: SourceTask, trace: Trace): SourceTask {
  const run = randomUUID().slice(0, 8)
  let name = ''
  return {
    start: (props, context) => {
      name = `${context.connector}-${context.task}`
      return task.start(props, context)
    },
    poll: () => {
      trace(name, run)
      return task.poll()
    },
    stop: () => task.stop(),
  }
}

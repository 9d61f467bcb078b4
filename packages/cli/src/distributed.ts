// `rowbridge distributed`: a worker that shares its connectors with the others of its cluster, over Kafka.
import type { Props } from '@rowbridge/api'
import { openKafka } from '@rowbridge/kafka'
import { restServer, type RestServer } from '@rowbridge/rest'
import { startDistributed } from '@rowbridge/runtime'
import { builtInPlugins } from './plugins.js'
import { showProgress } from './progress.js'
import { CANNOT_START, exitCodeOf, orFail, readWorkerFile, surroundingsOf } from './standalone.js'
import type { StandaloneOptions, Surroundings } from './standalone.js'

/** Resolves with the exit code once the worker has stopped. */
export async function distributed(workerFile: string, options: StandaloneOptions): Promise<number> {
  const surroundings = surroundingsOf(options)
  try {
    const props = await orFail(CANNOT_START, readWorkerFile(workerFile, surroundings.log))
    return await runWorker(props, surroundings)
  } catch (error) {
    return exitCodeOf(error, surroundings.log)
  } finally {
    surroundings.stopping.release()
  }
}

async function runWorker(raw: Props, { log, logLevels, out, stopping }: Surroundings): Promise<number> {
  const worker = await orFail(
    CANNOT_START,
    startDistributed({ props: raw, plugins: builtInPlugins, log, logLevels, openKafka }),
  )
  let rest: RestServer | null = null
  let stopProgress: (() => void) | null = null
  try {
    const { herder, props } = worker
    const isReady = () => worker.isReady()
    rest = await orFail(CANNOT_START, restServer({ herder, props, log, logLevels, metrics: worker, isReady }))
    log.info(`Ready: ${rest.urls.join(', ')}`)
    stopProgress = showProgress(worker, out, log)
    return await stopping.requested
  } catch (error) {
    return exitCodeOf(error, log)
  } finally {
    stopProgress?.()
    await rest?.close()
    await worker.stop()
    log.info('Stopped')
  }
}

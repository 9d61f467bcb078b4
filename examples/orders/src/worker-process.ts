// The worker as a process of its own, started as anyone would start it by hand; its log goes to a file.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const STOP_MS = 10_000
const START_MS = 30_000

/** The folder in which `npx rowbridge` is typed; the paths in the files start there. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
export const DATA = 'examples/orders/data'
const EXECUTABLE = fileURLToPath(new URL('../bin/rowbridge.js', import.meta.resolve('rowbridge')))

export interface WorkerProcess {
  readonly url: string
  /** What to type to start the same by hand. */
  readonly command: string
  readonly logFile: string
  stop(): Promise<void>
}

/** Resolves when both connectors were made; throws with the end of the worker's log when that does not happen. */
export async function startWorkerProcess(restPort: number): Promise<WorkerProcess> {
  await requireFree(restPort)
  const files = [await workerFile(restPort), 'examples/orders/source.properties', 'examples/orders/sink.json']
  const logFile = `${DATA}/worker.log`
  const log = openSync(join(ROOT, logFile), 'w')
  const child = spawn(process.execPath, [EXECUTABLE, 'standalone', ...files], {
    cwd: ROOT,
    stdio: ['ignore', log, log],
  })
  const worker: WorkerProcess = {
    url: `http://localhost:${restPort}`,
    command: `npx rowbridge standalone ${files.join(' ')}`,
    logFile,
    stop: () => stop(child),
  }
  try {
    await ready(child, worker)
    return worker
  } catch (error) {
    await worker.stop()
    throw error
  }
}

async function requireFree(port: number): Promise<void> {
  const probe = createServer()
  probe.listen(port)
  try {
    await once(probe, 'listening')
  } catch (error) {
    throw new Error(
      `Port ${port}, on which the worker is to listen, is in use by another process. Choose one with --rest-port.`,
      { cause: error },
    )
  }
  probe.close()
  await once(probe, 'close')
}

/** The file in this folder, or a copy of it that listens on the port wanted. */
async function workerFile(restPort: number): Promise<string> {
  const file = 'examples/orders/worker.properties'
  const properties = await readFile(join(ROOT, file), 'latin1')
  if (properties.includes(`listeners=http://:${restPort}\n`)) return file
  const copy = `${DATA}/worker.properties`
  await writeFile(join(ROOT, copy), properties.replace(/^listeners=.*$/m, `listeners=http://:${restPort}`), 'latin1')
  return copy
}

async function ready(child: ChildProcess, worker: WorkerProcess): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end; await sleep(50)) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(
        `The worker ended with exit code ${child.exitCode ?? child.signalCode}:\n${await logTail(worker)}`,
      )
    }
    const health = await fetch(`${worker.url}/health`).catch(() => null)
    if (health?.status === 200) return
  }
  throw new Error(`The worker did not become ready within ${START_MS / 1000} s:\n${await logTail(worker)}`)
}

async function logTail({ logFile }: WorkerProcess): Promise<string> {
  const log = await text(createReadStream(join(ROOT, logFile)))
  return log.split('\n').slice(-25).join('\n')
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exit
  clearTimeout(timer)
}

// Servers in containers, where a container engine answers.
import type { StartedTestContainer } from 'testcontainers'
import { freePort } from './free-port.js'
import type { ServerAddress } from './server.js'
import type { Started } from './support.js'
import { waitFor } from './wait-for.js'

const ENGINE_MS = 5000
const START_MS = 180_000

export interface Image {
  readonly image: string
  /** The server's port inside the container. */
  readonly port: number
  /** Given host and port at which the outside reaches it. */
  readonly environment:
    | Readonly<Record<string, string>>
    | ((host: string, port: number) => Readonly<Record<string, string>>)
  readonly address: (host: string, port: number) => ServerAddress
  readonly probe: (address: ServerAddress) => Promise<void>
}

/** Rejects within seconds when no engine answers. The library's reaper removes the container should we die. */
export async function startContainer({ image, port, environment, address, probe }: Image): Promise<Started> {
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers')
  const engine = await within(ENGINE_MS, 'the container engine', getContainerRuntimeClient())
  const host = engine.info.containerRuntime.host
  const outside = await freePort()
  const variables = typeof environment === 'function' ? environment(host, outside) : environment
  const container = new GenericContainer(image)
    .withEnvironment(variables)
    .withExposedPorts({ container: port, host: outside })
    .withStartupTimeout(START_MS)
  const started: StartedTestContainer = await within(START_MS, image, container.start())
  const found = address(host, outside)
  try {
    await waitFor(`${image} to be ready`, async () => (await probe(found), true), { timeoutMs: 60_000 })
  } catch (error) {
    await started.stop()
    throw error
  }
  return { address: found, process: { [Symbol.asyncDispose]: async () => void (await started.stop()) } }
}

async function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not answer within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

// Asking for a server by name: the one entry for tests, benchmarks and examples.
import { askDesk, DESK_VARIABLE } from './desk.js'
import { findServer, SUPPORT } from './find.js'
import type { Mortal, ServerKind, ServerOptions, Servers } from './server.js'
import type { Started } from './support.js'

/**
 * A usable server, shared with the rest of the test run unless `isPrivate`; rejects with the reasons when there is none.
 * Disposing it ends what was started for the caller, and nothing else.
 *
 * ```ts
 * await using kafka = await server('kafka')
 * await using db = await (await server('postgresql')).database()
 * ```
 */
export function server<K extends ServerKind>(
  kind: K,
  options: ServerOptions & { readonly isPrivate: true },
): Promise<Servers[K] & Mortal>
export function server<K extends ServerKind>(kind: K, options?: ServerOptions): Promise<Servers[K]>
export async function server(kind: ServerKind, options: ServerOptions = {}): Promise<Servers[ServerKind]> {
  const desk = process.env[DESK_VARIABLE]
  const isOurs = options.isPrivate === true || options.ways !== undefined || desk === undefined
  const started: Started = isOurs
    ? await findServer(kind, options)
    : { address: await askDesk(desk, kind, options), process: { [Symbol.asyncDispose]: () => Promise.resolve() } }
  return withProcess(SUPPORT[kind].serve(started.address), started.process)
}

function withProcess<S extends object>(served: S, process: Started['process']): S & AsyncDisposable & Partial<Mortal> {
  return {
    ...served,
    ...(process.kill === undefined ? {} : { kill: () => process.kill?.() }),
    ...(process.restart === undefined ? {} : { restart: () => process.restart?.() }),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  } as S & AsyncDisposable & Partial<Mortal>
}

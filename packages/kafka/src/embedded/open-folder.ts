// Opens a folder's log: as its owner, shared by all who open it in this process, or as a visitor of the owner.
import { randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError, RetriableError, StateError, type Log, type Props } from '@rowbridge/api'
import type { Broker } from './broker.js'
import { codeOf, makeFolder, writeDurably } from './durable-files.js'
import { livingHolder, lockFolder } from './folder-lock.js'
import { LocalBroker } from './local-broker.js'
import { RemoteBroker } from './remote-broker.js'
import { Topics } from './topics.js'
import { listenForVisitors } from './visit-server.js'

export interface FolderOptions {
  readonly props: Props
  readonly access: 'own' | 'visit'
  readonly log: Log
}

export interface OpenFolder {
  readonly broker: Broker
  close(): Promise<void>
}

interface Shared {
  readonly opening: Promise<OpenFolder>
  users: number
}

/** Folders that this process owns. */
const owned = new Map<string, Shared>()
/** Folders that it is giving back. */
const closing = new Map<string, Promise<void>>()

/** A version of the layout that this code does not know is refused. */
const FORMAT = 1
const VISIT_TRIES = 50

export async function openFolder(path: string, options: FolderOptions): Promise<OpenFolder> {
  const folder = preparedFolder(path)
  await closing.get(folder)
  const shared = owned.get(folder)
  if (shared !== undefined) return share(folder, shared)
  return options.access === 'own' ? ownFolder(folder, options) : visitFolder(folder, options)
}

/** As owner until the last user in this process has closed it. */
async function ownFolder(folder: string, options: FolderOptions): Promise<OpenFolder> {
  const shared: Shared = owned.get(folder) ?? { opening: takeFolder(folder, options), users: 0 }
  owned.set(folder, shared)
  return share(folder, shared)
}

async function share(folder: string, shared: Shared): Promise<OpenFolder> {
  shared.users++
  const leave = async () => {
    shared.users--
    if (shared.users > 0) return
    owned.delete(folder)
    const given = shared.opening.then((open) => open.close()).finally(() => closing.delete(folder))
    closing.set(
      folder,
      given.catch(() => undefined),
    )
    await given
  }
  try {
    const { broker } = await shared.opening
    let isOpen = true
    return {
      broker,
      close: async () => {
        if (isOpen) await leave()
        isOpen = false
      },
    }
  } catch (error) {
    shared.users--
    if (owned.get(folder) === shared) owned.delete(folder)
    throw error
  }
}

async function takeFolder(folder: string, { props, access, log }: FolderOptions): Promise<OpenFolder> {
  const server = await listenForVisitors(folder, log)
  try {
    const kind = access === 'own' ? 'own' : 'visit'
    const lock = await lockFolder(folder, { kind, socket: server.socket, token: server.token })
    try {
      const clusterId = identityOf(folder)
      const topics = new Topics(folder, props, log)
      topics.load()
      const broker = new LocalBroker(clusterId, topics)
      server.serve(broker)
      const close = async () => {
        await server.close()
        await topics.close().finally(lock.release)
      }
      return { broker, close }
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    await server.close()
    throw error
  }
}

/** Beside the owner when there is one, else as owner for its time. */
async function visitFolder(folder: string, options: FolderOptions): Promise<OpenFolder> {
  for (let attempt = 1; ; attempt++) {
    const holder = await livingHolder(folder)
    try {
      if (holder === null) return await ownFolder(folder, options)
      if (holder !== 'unknown') return await connected(new RemoteBroker(folder, holder))
    } catch (error) {
      const isPassing =
        error instanceof RetriableError || (error instanceof StateError && error.code === 'folder-in-use')
      if (!isPassing || attempt >= VISIT_TRIES) throw error
    }
    await pause(20 + Math.random() * 80)
  }
}

async function connected(broker: RemoteBroker): Promise<OpenFolder> {
  await broker.connect()
  // An owner that is being killed may still have taken the connection.
  await broker.clusterId()
  return {
    broker,
    close: () => {
      broker.close()
      return Promise.resolve()
    },
  }
}

/** The folder's own name for itself, made once. */
function identityOf(folder: string): string {
  const path = join(folder, 'log.json')
  if (!existsSync(path)) writeDurably(path, `${JSON.stringify({ format: FORMAT, clusterId: randomUUID() })}\n`)
  const { format, clusterId } = JSON.parse(readFileSync(path, 'utf8')) as { format: number; clusterId: string }
  if (format === FORMAT) return clusterId
  throw new StateError('unknown-format', `${folder} is in format ${format}; this version knows ${FORMAT}`, {
    hint: 'Use the version of rowbridge that wrote it, or a newer one.',
  })
}

/** The one path by which this process knows the folder, which exists and can be written. */
function preparedFolder(path: string): string {
  if (path.trim() === '') throw unusable('embedded: names no folder', 'Write embedded:/path/to/a/folder.')
  const folder = resolve(path)
  try {
    makeFolder(folder)
    if (!statSync(folder).isDirectory()) throw unusable(`${folder} is a file`, 'Name a folder.')
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return realpathSync(folder)
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const code = codeOf(error)
    if (code === 'EEXIST' || code === 'ENOTDIR') throw unusable(`${folder} is a file, or lies in one`, 'Name a folder.')
    throw unusable(`${folder} cannot be written (${code ?? String(error)})`, 'Choose another folder, or its rights.')
  }
}

function unusable(message: string, hint: string): ConfigError {
  const problem = { key: 'bootstrap.servers', message: `bootstrap.servers: ${message}` }
  return new ConfigError('unusable-folder', [problem], { hint })
}

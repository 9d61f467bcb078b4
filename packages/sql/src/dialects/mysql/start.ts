// What both drivers need to begin a session: its variables, and how large a statement may be.
import type { ConnectOptions } from '../../dialect.js'
import { messageOf } from '../../failures.js'

const MODE = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'

/** Statements of the driver that is being set up. */
export interface Starter {
  run(text: string): Promise<void>
  rows(text: string): Promise<readonly (readonly unknown[])[]>
}

export interface StartedSession {
  /** Size of the largest statement. */
  readonly packetBytes: number
  /** Tells one server from another. */
  readonly server: string
}

/** What a request to stop a statement may take. */
export const CANCEL_MS = 5000
const SERVER = "CONCAT_WS(':', @@hostname, @@port, @@server_id)"

/** Pins the session. */
export async function startSession(session: Starter, { settings }: ConnectOptions): Promise<StartedSession> {
  await session.run(`SET SESSION sql_mode = '${MODE}', SESSION net_write_timeout = 600, SESSION autocommit = 1`)
  await setTimeZone(session, settings.zone?.name ?? '+00:00')
  const variables = settings.params['sessionVariables']
  if (variables !== undefined && variables !== '') await session.run(`SET ${variables}`)
  const [[bytes, server] = []] = await session.rows(`SELECT @@max_allowed_packet, ${SERVER}`)
  return { packetBytes: Number(bytes), server: String(server) }
}

/** Statement that tells who asks, which server answers, and what the session of a number does. */
export function lookFor(thread: number): string {
  const session = `SELECT command FROM information_schema.processlist WHERE id = ${thread}`
  return `SELECT CONNECTION_ID(), ${SERVER}, (${session})`
}

/**
 * What its answer means. Where something between us and the server gives numbers of its own, or takes us to another server, it
 * means nothing, and the statement has the benefit of the doubt.
 */
export function isStillAtWork(row: readonly unknown[], asked: { own: number; server: string }): boolean {
  const [id, server, command] = row
  if (Number(id) !== asked.own || server !== asked.server) return true
  return command !== null && command !== 'Sleep'
}

/** What a connection that is given up ends with. */
export function brokenOff(): Error {
  return Object.assign(new Error('The connection was given up'), { code: 'ECONNABORTED' })
}

/** A server without tables of time zones keeps its own: its clock is then the wall clock of the zone that was named. */
async function setTimeZone(session: Starter, name: string): Promise<void> {
  try {
    await session.run(`SET SESSION time_zone = '${name}'`)
  } catch (error) {
    if (!/time zone/i.test(messageOf(error))) throw error
  }
}

// What both drivers need to begin a session: its variables, and how large a statement may be.
import type { ConnectOptions } from '../../dialect.js'
import { messageOf } from '../../failures.js'

const MODE = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'

/** Statements of the driver that is being set up. */
export interface Starter {
  run(text: string): Promise<void>
  rows(text: string): Promise<readonly (readonly unknown[])[]>
}

/** Pins the session; gives the size of the largest statement. */
export async function startSession(session: Starter, { settings }: ConnectOptions): Promise<number> {
  await session.run(`SET SESSION sql_mode = '${MODE}', SESSION net_write_timeout = 600, SESSION autocommit = 1`)
  await setTimeZone(session, settings.zone?.name ?? '+00:00')
  const variables = settings.params['sessionVariables']
  if (variables !== undefined && variables !== '') await session.run(`SET ${variables}`)
  const [[bytes] = []] = await session.rows('SELECT @@max_allowed_packet')
  return Number(bytes)
}

/** A server without tables of time zones keeps its own: its clock is then the wall clock of the zone that was named. */
async function setTimeZone(session: Starter, name: string): Promise<void> {
  try {
    await session.run(`SET SESSION time_zone = '${name}'`)
  } catch (error) {
    if (!/time zone/i.test(messageOf(error))) throw error
  }
}

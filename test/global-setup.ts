// Opens the desk that starts each server once for a run of integration or end-to-end tests, unless whoever started the run has one.
import { DESK_VARIABLE, findServer, openDesk } from '@rowbridge/testkit'

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[DESK_VARIABLE] !== undefined) return undefined
  const desk = await openDesk(findServer)
  process.env[DESK_VARIABLE] = desk.url
  return async () => {
    delete process.env[DESK_VARIABLE]
    await desk[Symbol.asyncDispose]()
  }
}

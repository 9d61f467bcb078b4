// Writers that do what makes a cursor miss rows: transactions of random length that end in any order, some rolled back, with equal times and
// with ids that come in descending order.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChaosPlace, Connection } from './place.js'

const WRITERS = 8
const LONGEST_DELAY_MS = 500
const ROLLED_BACK = 0.1
const CHANGES = 0.2
const DESCENDS = 0.25

/** Runs the writers for a time; gives the number of transactions that were committed. */
export async function write(place: ChaosPlace, durationMs: number): Promise<number> {
  const end = performance.now() + durationMs
  const counts = await Promise.all(Array.from({ length: WRITERS }, (_, no) => writer(place, no, end)))
  return counts.reduce((sum, count) => sum + count, 0)
}

async function writer(place: ChaosPlace, no: number, end: number): Promise<number> {
  const connection = await place.connect()
  const own: number[] = []
  let committed = 0
  let count = 0
  while (performance.now() < end) {
    count += 1
    const isCommitted = await transaction(place, connection, `${no}-${count}`, own)
    if (isCommitted) committed += 1
    // Some writers pause, so that what their session has drawn in advance is used late.
    if (Math.random() < 0.05) await sleep(Math.random() * 2000)
  }
  await connection.close()
  return committed
}

async function transaction(place: ChaosPlace, connection: Connection, mark: string, own: number[]): Promise<boolean> {
  const delay = Math.random() * LONGEST_DELAY_MS
  const pause = () => sleep(delay / 3)
  const isCommitted = Math.random() >= ROLLED_BACK
  const made: number[] = []
  await connection.run('BEGIN')
  if (Math.random() < 0.3) await pause()
  const changed = own[Math.floor(Math.random() * own.length)]
  if (changed !== undefined && Math.random() < CHANGES) await place.update(connection, changed, `${mark}-u`)
  else if (Math.random() < DESCENDS) await place.insertDescending(connection, [`${mark}-a`, `${mark}-b`], pause)
  else made.push(await place.insert(connection, `${mark}-i`))
  await pause()
  await connection.run(isCommitted ? 'COMMIT' : 'ROLLBACK')
  if (isCommitted) own.push(...made)
  return isCommitted
}

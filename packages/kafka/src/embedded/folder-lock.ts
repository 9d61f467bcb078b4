// One owner of a folder at a time. Each try is a numbered file; the highest number is never deleted, so a slow starter cannot
// take an old number for free. Whoever sees another living holder after writing its own file gives way.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { StateError } from '@rowbridge/api'
import { codeOf } from './durable-files.js'
import { isRunning, startOf } from './process-identity.js'

export interface Holder {
  readonly pid: number
  readonly start: string | null
  /** `visit`: a command that has the folder for a moment, because no worker had. */
  readonly kind: 'own' | 'visit'
  /** Where it listens: before it wrote its name, and as long as it lives. */
  readonly socket: string
  readonly token: string
}

const NAME = /^owner-(\d+)\.json$/
/** A file without content for longer was left by a crash. */
const UNWRITTEN_MS = 5000
/** How long a worker waits for a command to be done with the folder. */
const VISIT_PATIENCE_MS = 5000
const TRIES = 50

/** Takes the folder; `release` gives it back. Another living owner is a StateError. */
export async function lockFolder(
  folder: string,
  me: Pick<Holder, 'kind' | 'socket' | 'token'>,
): Promise<{ release: () => void }> {
  const holder: Holder = { pid: process.pid, start: startOf(process.pid), ...me }
  const patient = Date.now() + (me.kind === 'own' ? VISIT_PATIENCE_MS : 0)
  for (let attempt = 0; attempt < TRIES;) {
    const other = await livingHolder(folder)
    if (other === null) {
      const number = await tryNumber(folder, holder)
      if (number !== null) return { release: () => release(folder, number) }
      attempt++
    } else if (other === 'unknown') attempt += Date.now() < patient ? 0 : 1
    else if (other.kind === 'own' || Date.now() > patient) throw inUse(folder, other)
    await pause(20 + Math.random() * 80)
  }
  throw inUse(folder, null)
}

/** Who has the folder now. `unknown`: someone who has just begun to take it. */
export async function livingHolder(folder: string, except: number | null = null): Promise<Holder | 'unknown' | null> {
  for (const number of numbersIn(folder)) {
    if (number === except) continue
    const holder = holderOf(folder, number)
    if (holder === 'unknown') return holder
    if (holder !== null && (await isAlive(holder))) return holder
  }
  return null
}

/** The number under which the folder is now ours, or null when another was quicker. */
async function tryNumber(folder: string, holder: Holder): Promise<number | null> {
  const number = (numbersIn(folder)[0] ?? 0) + 1
  try {
    writeFileSync(fileOf(folder, number), JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return null
    throw error
  }
  if ((await livingHolder(folder, number)) !== null) {
    release(folder, number)
    return null
  }
  for (const other of numbersIn(folder)) {
    if (other === number) continue
    if (other > number) {
      release(folder, number)
      return null
    }
    clearAway(folder, other)
  }
  return number
}

/** The highest number stays, empty of a holder. */
function release(folder: string, number: number): void {
  writeFileSync(fileOf(folder, number), '{}')
}

function clearAway(folder: string, number: number): void {
  const holder = holderOf(folder, number)
  rmSync(fileOf(folder, number), { force: true })
  if (holder === null || holder === 'unknown' || process.platform === 'win32') return
  rmSync(holder.socket, { force: true })
}

/** Highest first. */
function numbersIn(folder: string): number[] {
  const numbers = readdirSync(folder).flatMap((name) => NAME.exec(name)?.[1] ?? [])
  return numbers.map(Number).toSorted((a, b) => b - a)
}

const fileOf = (folder: string, number: number) => join(folder, `owner-${number}.json`)

/** Null when it was given back. */
function holderOf(folder: string, number: number): Holder | 'unknown' | null {
  const path = fileOf(folder, number)
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>
    return holder.pid === undefined ? null : (holder as Holder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    if (!(error instanceof SyntaxError)) throw error
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    return age < UNWRITTEN_MS ? 'unknown' : null
  }
}

/** A socket that answers is proof of life, also from another container; else the process is asked after. */
async function isAlive(holder: Holder): Promise<boolean> {
  const answer = await answerOf(holder.socket)
  if (answer === 'answers') return true
  const running = isRunning(holder.pid, holder.start)
  return running ?? answer === 'unknown'
}

function answerOf(socket: string): Promise<'answers' | 'refused' | 'unknown'> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    connection.once('connect', () => {
      connection.destroy()
      resolve('answers')
    })
    connection.once('error', (error) => resolve(codeOf(error) === 'ECONNREFUSED' ? 'refused' : 'unknown'))
  })
}

function inUse(folder: string, holder: Holder | null): StateError {
  const who = holder === null ? 'other processes that start' : `process ${holder.pid}`
  return new StateError('folder-in-use', `${folder} is in use by ${who}`, {
    hint: 'The `topics` commands work beside its owner; choose another folder for a second worker.',
  })
}

// Programs installed on this machine: finding them, running one to its end, and the user a server may run as.
import { execFile } from 'node:child_process'
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

export interface Identity {
  readonly uid: number
  readonly gid: number
}

/** Full path of the first of `names` found in PATH, the system's folders or `more`; null when there is none. */
export function findProgram(names: readonly string[], more: readonly string[] = []): string | null {
  const path = (process.env['PATH'] ?? '').split(delimiter)
  for (const folder of [...path, '/usr/sbin', '/usr/local/sbin', '/usr/local/bin', ...more]) {
    for (const name of names) if (isProgram(join(folder, name))) return join(folder, name)
  }
  return null
}

/** `folder/<version>/rest` for every version there, newest first. */
export function versionedFolders(folder: string, rest: string): string[] {
  try {
    return readdirSync(folder)
      .toSorted(newestFirst)
      .map((version) => join(folder, version, rest))
  } catch {
    return []
  }
}

function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs a program to its end; rejects with the end of what it said. */
export async function runProgram(file: string, args: readonly string[], identity?: Identity): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, args, {
      ...identity,
      timeout: 600_000,
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-10).join('\n')
    throw new Error(`${file} failed: ${said === '' ? String(error) : said}`, { cause: error })
  }
}

/** A new folder in the system's place for temporary files, owned by `identity`. */
export function temporaryFolder(kind: string, identity?: Identity): string {
  const folder = mkdtempSync(join(tmpdir(), `rowbridge-${kind}-`))
  if (identity !== undefined) chownSync(folder, identity.uid, identity.gid)
  return folder
}

/** Who runs a server that refuses the superuser: nobody else needed unless we are the superuser. */
export function unprivileged(names: readonly string[]): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  )
  return names.map((name) => users.get(name)).find((identity) => identity !== undefined)
}

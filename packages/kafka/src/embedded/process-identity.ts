// Whether a process that left its name behind is still the same one: ids are reused, start times are not.
import { readFileSync } from 'node:fs'

/** A text that no other process on this machine ever has, where the system tells one; else null. */
export function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // After the name in parentheses: the state, and 19 fields on the ticks from boot to the process's start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const isGone = fields[0] === 'Z' || fields[0] === 'X'
    return isGone ? null : `${boot}:${fields[19]}`
  } catch {
    return null
  }
}

/** Null: nobody can tell. */
export function isRunning(pid: number, start: string | null): boolean | null {
  if (start !== null) return startOf(pid) === start
  try {
    process.kill(pid, 0)
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? false : null
  }
}

// Starts a compiled program of this folder, hears its lines, and kills it as hard as can be.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly pid: number
  readonly lines: readonly string[]
  /** The first line, heard already or to come, that the expression matches. */
  readonly line: (matching: RegExp) => Promise<string>
  readonly kill: () => Promise<void>
}

export function startChild(program: string, ...args: readonly string[]): Child {
  const path = fileURLToPath(new URL(`../dist/integration/${program}.js`, import.meta.url))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  let hasEnded = false
  const ended = once(child, 'close')
  child.once('close', () => {
    hasEnded = true
    tell()
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    tell()
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const line = (matching: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = lines.find((candidate) => matching.test(candidate))
        if (found === undefined && !hasEnded) return
        listeners.delete(look)
        if (found === undefined) reject(new Error(`It ended without ${matching}: ${lines.join(' | ')}`))
        else resolve(found)
      }
      listeners.add(look)
      look()
    })
  return { pid: child.pid ?? 0, lines, line, kill }
}

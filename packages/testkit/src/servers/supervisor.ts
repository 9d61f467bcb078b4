// Runs as a process of its own between a test run and a server it started. When the test run ends, however it ends, its end of
// the pipe closes: the server is stopped and its folder removed. Commands come as lines on stdin, answers go as lines to stdout.
import { spawn, type ChildProcess } from 'node:child_process'
import { openSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Supervision } from './supervision.js'

const plan = JSON.parse(process.argv[2] ?? '{}') as Supervision
const GRACE_MS = 5000
let child: ChildProcess | null = null

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.stdout.on('error', () => {})

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  if (line === 'start') start()
  if (line === 'kill') child?.kill('SIGKILL')
})
lines.on('close', () => {
  if (child === null) finish()
  child?.once('exit', finish)
  child?.kill(plan.stopSignal)
  setTimeout(() => child?.kill('SIGKILL'), plan.graceMs ?? GRACE_MS).unref()
})

function start(): void {
  const output = openSync(plan.logFile, 'a')
  const started = spawn(plan.command, plan.args, {
    cwd: plan.folder,
    stdio: ['ignore', output, output],
    detached: true,
    ...plan.identity,
  })
  child = started
  started.once('spawn', () => process.stdout.write(`started ${started.pid}\n`))
  started.once('error', (error) => process.stdout.write(`exited ${error.message}\n`))
  started.once('exit', (code, signal) => {
    child = null
    process.stdout.write(`exited ${signal ?? code}\n`)
  })
}

function finish(): void {
  rmSync(plan.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  process.exit(0)
}

// The executable: runs the command and ends with its exit code.
import { run } from './program.js'

const FLUSH_MS = 500

process.exitCode = await run(process.argv)
// Whatever still holds the process after the command has ended must not keep it alive.
setTimeout(() => process.exit(), FLUSH_MS).unref()

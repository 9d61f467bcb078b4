// Reads what the command line names: a file, or - for standard input.
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { ConnectError } from '@rowbridge/api'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
}

export async function readInput(file: string): Promise<Uint8Array> {
  if (file === '-') return buffer(process.stdin)
  try {
    return await readFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new ConnectError('unreadable-file', `Cannot read ${file}: ${REASONS[code] ?? String(error)}`, {
      cause: error,
    })
  }
}

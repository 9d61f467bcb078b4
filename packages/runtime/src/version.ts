// The version of this package, as told to clients.
import { readFileSync } from 'node:fs'

export function versionOfThis(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

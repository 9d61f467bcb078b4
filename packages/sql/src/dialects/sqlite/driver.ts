// Which better-sqlite3 this Node can run: version 12 aborts when statements are freed on Node 24, version 13 needs Node 22.
import type DatabaseDriver from 'better-sqlite3'
import { codeOf } from '../../failures.js'

type Driver = { readonly default: typeof DatabaseDriver }

const NEEDED_BY_13 = 22

export async function loadDriver(): Promise<typeof DatabaseDriver> {
  if (Number.parseInt(process.versions.node, 10) < NEEDED_BY_13) return (await import('better-sqlite3')).default
  try {
    const name = 'better-sqlite3-node22'
    return ((await import(name)) as Driver).default
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error
    return (await import('better-sqlite3')).default
  }
}

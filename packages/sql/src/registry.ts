// From a URL, or a name the user gives, to the dialect's file, which is loaded when first used. There is no list to extend.
import { extname } from 'node:path'
import { ConfigError } from '@rowbridge/api'
import type { Dialect, DialectParts } from './dialect.js'
import type { TargetUrl } from './url.js'

const SUFFIX = /databasedialect$/i
const WORD = /^[a-z0-9_]+$/

/** The dialect of a URL; `name` forces another (`PostgreSqlDatabaseDialect` and `postgresql` are the same). Throws ConfigError. */
export async function loadDialect(url: TargetUrl, name: string | undefined): Promise<Dialect> {
  const isForced = name !== undefined && name !== ''
  const word = isForced ? name.replace(SUFFIX, '').toLowerCase() : url.subprotocol
  const parts = await importDialect(word)
  if (parts !== null) return { ...parts, name: word }
  throw isForced
    ? new ConfigError('unknown-dialect', [{ key: 'dialect.name', message: `There is no dialect ${name}` }], {
        hint: 'Leave dialect.name empty to choose by connection.url.',
      })
    : new ConfigError(
        'unknown-dialect',
        [{ key: 'connection.url', message: `There is no dialect for jdbc:${url.subprotocol}` }],
        { hint: 'Check the word behind jdbc: in connection.url.' },
      )
}

/** Dialects lie beside this file and have its extension, compiled or not. */
export function importFile(word: string): Promise<{ readonly default: DialectParts }> {
  const file = new URL(`./dialects/${word}${extname(import.meta.url)}`, import.meta.url)
  return import(/* @vite-ignore */ file.href) as Promise<{ readonly default: DialectParts }>
}

async function importDialect(word: string): Promise<DialectParts | null> {
  if (!WORD.test(word)) return null
  try {
    return (await importFile(word)).default
  } catch (error) {
    if (isMissing(error, word)) return null
    throw error
  }
}

function isMissing(error: unknown, word: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const text = typeof message === 'string' ? message : ''
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || /Cannot find module|Failed to load url/.test(text)
  return isNotFound && text.includes(`dialects/${word}.`)
}

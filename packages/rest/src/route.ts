// What an endpoint is to the server: a verb, a path and a function from a call to an answer.
import type { Json } from '@rowbridge/api'
import type { Missing } from './errors.js'

export interface Call {
  /** Percent-decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: string
  /** By name in lower case; those that came once. */
  readonly headers: Readonly<Record<string, string | undefined>>
}

export interface Answer {
  readonly status: number
  readonly json?: Json
  /** In place of JSON. */
  readonly text?: { readonly type: string; readonly content: string }
  /** Path for the `Location` header. */
  readonly location?: string
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** Type of the answer, where it is not JSON. */
  readonly accepts?: string
  /** The body is JSON; else it is ignored. */
  readonly takesJson?: boolean
  /** Says what does not exist, where the path names a connector. */
  readonly missing?: (params: Call['params']) => Missing
  handle(call: Call): Promise<Answer>
}

/** A part of the path that the route's pattern promises. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? ''
}

/** `true` in any case; everything else counts as false. */
export function flag(call: Call, name: string): boolean {
  return call.query.get(name)?.toLowerCase() === 'true'
}

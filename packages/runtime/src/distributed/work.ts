// The work that a cluster shares, as plain data: connectors, and tasks written `<connector>-<number>`.

import type { ConfigState } from '../stores/config.js'

export interface Work {
  readonly connectors: ReadonlySet<string>
  readonly tasks: ReadonlySet<string>
}

export const NO_WORK: Work = { connectors: new Set(), tasks: new Set() }

export function taskId(connector: string, task: number): string {
  return `${connector}-${task}`
}

/** A connector's name may hold dashes; a task's number does not. */
export function splitTask(id: string): readonly [connector: string, task: number] {
  const dash = id.lastIndexOf('-')
  return [id.slice(0, dash), Number(id.slice(dash + 1))]
}

export function isIdle({ connectors, tasks }: Work): boolean {
  return connectors.size === 0 && tasks.size === 0
}

export function union(...works: readonly Work[]): Work {
  return {
    connectors: new Set(works.flatMap(({ connectors }) => [...connectors])),
    tasks: new Set(works.flatMap(({ tasks }) => [...tasks])),
  }
}

/** What is in the first and in none of the others. */
export function without(work: Work, ...others: readonly Work[]): Work {
  const rest = union(...others)
  return {
    connectors: new Set([...work.connectors].filter((name) => !rest.connectors.has(name))),
    tasks: new Set([...work.tasks].filter((id) => !rest.tasks.has(id))),
  }
}

/** What is in both. */
export function common(one: Work, other: Work): Work {
  return without(one, without(one, other))
}

/** All that is configured. */
export function configuredIn({ connectors, tasks }: Pick<ConfigState, 'connectors' | 'tasks'>): Work {
  const ids = [...tasks].flatMap(([name, configs]) => configs.map((_, task) => taskId(name, task)))
  return { connectors: new Set(connectors.keys()), tasks: new Set(ids) }
}

// Deals the files of a folder out to tasks, by their names.
import {
  shown,
  StateError,
  type ConfigDef,
  type ConfigKeys,
  type ConfigProblem,
  type Connector,
  type Json,
  type Props,
} from '@rowbridge/api'
import { folderProblem } from './clean-up.js'
import type { SpoolConfig } from './config.js'

export class SpoolDirConnector implements Connector {
  readonly #definition: ConfigDef<ConfigKeys>
  #props: Props | null = null

  constructor(definition: ConfigDef<ConfigKeys>) {
    this.#definition = definition
  }

  start(props: Props): Promise<void> {
    this.#definition.parse(props)
    this.#props = props
    return Promise.resolve()
  }

  taskConfigs(maxTasks: number): Promise<readonly Props[]> {
    const props = this.#props
    if (props === null) throw new StateError('not-started', 'The connector is not started.')
    const count = { 'task.count': String(maxTasks) }
    return Promise.resolve(
      Array.from({ length: maxTasks }, (_, i) => ({ ...props, ...count, 'task.index': String(i) })),
    )
  }

  stop(): Promise<void> {
    this.#props = null
    return Promise.resolve()
  }

  async validate(props: Props): Promise<readonly ConfigProblem[]> {
    const config = this.#definition.parse(props) as unknown as SpoolConfig
    const problems: ConfigProblem[] = []
    for (const key of ['input.path', 'error.path', 'finished.path'] as const) {
      if (config[key] === '') continue
      const problem = await folderProblem(config[key])
      if (problem !== null) problems.push({ key, message: `${key}: ${problem}. Make the folder, or correct the path.` })
    }
    return problems
  }

  /** Nothing else is to be changed. */
  alterOffsets(
    _props: Props,
    changes: readonly { readonly partition: Json; readonly offset: Json }[],
  ): Promise<boolean> {
    return new Promise((resolve) => {
      for (const { partition, offset } of changes) checkSpoolOffset(partition, offset)
      resolve(true)
    })
  }
}

/** Throws StateError `bad-offsets`; any offset may be reset. */
export function checkSpoolOffset(partition: Json, offset: Json): void {
  if (offset === null) return
  const bad = (problem: string) =>
    new StateError('bad-offsets', `The offset of ${shown(partition)} cannot be used: ${problem}`, {
      hint: 'The form is {"partition": {"fileName": "name"}, "offset": {"offset": 0}}.',
    })
  if (typeof membersOf(partition)['fileName'] !== 'string') throw bad('its partition has no fileName')
  for (const [name, value] of Object.entries(membersOf(offset))) {
    if (!Number.isInteger(value)) throw bad(`${name} must be a whole number`)
  }
  if (membersOf(offset)['offset'] === undefined) throw bad('it has no offset')
}

function membersOf(value: Json): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, Json>) : {}
}

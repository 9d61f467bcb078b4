// What this worker runs of its cluster's connectors and tasks. It follows what the worker was given and what is configured;
// whatever is asked of it, it ends at the same: what is both given and configured runs, nothing else does.
import { describeError, type Props } from '@rowbridge/api'
import { settlesWithin } from '../clock.js'
import { ConnectorRunner, type RunnerRoom } from '../runner.js'
import { Serial } from '../serial.js'
import type { TaskHandle } from '../task/handle.js'
import { configuredIn, NO_WORK, splitTask, taskId, union, without, type Work } from './work.js'

export interface CrewOptions extends Omit<RunnerRoom, 'later' | 'finished' | 'applyTasks' | 'announcesTasks'> {
  /** Stores the tasks that a connector now wants, at the leader. */
  readonly publish: (name: string, configs: readonly Props[]) => Promise<void>
}

/** A connector that hangs must not keep the cluster from sharing its work. */
const CONNECTOR_STOP_MS = 6000

export class Crew {
  readonly #options: CrewOptions
  readonly #serial = new Serial()
  readonly #runners = new Map<string, ConnectorRunner>()
  /** Connectors that are started or about to be. */
  readonly #connectors = new Set<string>()
  #given: Work = NO_WORK
  /** Connectors whose tasks were configured anew and have to stop before the group shares the work. */
  readonly #changed = new Set<string>()

  #isClosed = false

  constructor(options: CrewOptions) {
    this.#options = options
  }

  /** What the worker was given and has not given back. */
  get given(): Work {
    return this.#given
  }

  get tasks(): readonly TaskHandle[] {
    return [...this.#runners.values()].flatMap((runner) => runner.tasks)
  }

  tasksOf(name: string): readonly TaskHandle[] {
    return this.#runners.get(name)?.tasks ?? []
  }

  runsConnector(name: string): boolean {
    return this.#connectors.has(name)
  }

  runsTask(name: string, task: number): boolean {
    return this.#runners.get(name)?.tasks.some(({ spec }) => spec.task === task) ?? false
  }

  /** The tasks of the connector were configured anew. */
  tasksChanged(name: string): void {
    this.#changed.add(name)
  }

  /** Whether tasks were configured anew since the last `retire`. */
  get hasChanges(): boolean {
    return this.#changed.size > 0
  }

  /** Stops what is configured no more, and what was configured anew; done when none of it runs. */
  async retire(): Promise<void> {
    const changed = new Set(this.#changed)
    this.#changed.clear()
    const gone = without(this.#given, configuredIn(this.#options.configs.state))
    const anew = [...this.#given.tasks].filter((id) => changed.has(splitTask(id)[0]))
    await this.#halt(union(gone, { connectors: new Set(), tasks: new Set(anew) }))
    this.#given = without(this.#given, gone)
  }

  /** Gives work back; done when none of it runs. */
  async give(work: Work): Promise<void> {
    await this.#halt(work)
    this.#given = without(this.#given, work)
  }

  /** Stops everything, for good. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.give(this.#given)
  }

  /** Takes work on and starts what does not run yet of all that was given. */
  take(work: Work): void {
    if (this.#isClosed) return
    this.#given = union(this.#given, work)
    const { configs } = this.#options
    for (const name of this.#given.connectors) {
      if (configs.state.connectors.has(name)) this.#startConnector(name)
    }
    for (const [name, tasks] of byConnector(this.#given.tasks)) {
      if (configs.state.connectors.has(name)) this.#startTasks(name, tasks)
    }
  }

  #startConnector(name: string): void {
    if (this.#connectors.has(name)) return
    this.#connectors.add(name)
    const runner = this.#runnerOf(name)
    this.#inTurn(name, async () => {
      if (await runner.startConnector()) await runner.configureTasks()
    })
  }

  #startTasks(name: string, tasks: readonly number[]): void {
    this.#inTurn(tasksOf(name), () => {
      const wanted = tasks.filter((task) => this.#given.tasks.has(taskId(name, task)) && !this.#changed.has(name))
      this.#runnerOf(name).startTasks(wanted)
      return Promise.resolve()
    })
  }

  async #halt(work: Work): Promise<void> {
    const tasks = [...byConnector(work.tasks)].map(([name, own]) => this.#haltTasks(name, own))
    await Promise.all([...tasks, ...[...work.connectors].map((name) => this.#haltConnector(name))])
    for (const [name, runner] of this.#runners) {
      if (!this.#connectors.has(name) && runner.tasks.length === 0) this.#runners.delete(name)
    }
  }

  #haltTasks(name: string, tasks: readonly number[]): Promise<void> {
    const runner = this.#runners.get(name)
    if (runner === undefined) return Promise.resolve()
    return this.#serial.run(tasksOf(name), () => runner.stopTasks(tasks))
  }

  async #haltConnector(name: string): Promise<void> {
    const runner = this.#runners.get(name)
    if (runner === undefined || !this.#connectors.delete(name)) return
    runner.interrupt()
    const stopped = this.#serial.run(name, async () => {
      await runner.stopConnector()
      await runner.tellConnector('ended')
    })
    if (await settlesWithin(stopped, CONNECTOR_STOP_MS, this.#options.clock)) return
    this.#options.log.warn(`Connector ${name} does not end; this worker goes on without waiting for it`)
  }

  /** Another configuration: the connector begins anew; its tasks follow when it wants other ones. */
  reconfigure(name: string): void {
    const runner = this.#runners.get(name)
    if (runner === undefined || !this.#connectors.has(name)) return
    this.#inTurn(name, () => this.#restartConnector(name, runner))
  }

  async #restartConnector(name: string, runner: ConnectorRunner): Promise<void> {
    if (!this.#connectors.has(name)) return
    await runner.stopConnector()
    await runner.tellConnector('ended')
    if (await runner.startConnector()) await runner.configureTasks()
  }

  /** The connector is to run, to pause or to stop. */
  retarget(name: string): void {
    const runner = this.#runners.get(name)
    if (runner === undefined) return
    const target = this.#options.configs.state.targets.get(name) ?? 'STARTED'
    if (target === 'STARTED') runner.resumeTasks()
    if (target === 'PAUSED') runner.pauseTasks()
    if (!this.#connectors.has(name)) return
    if (target === 'STOPPED') runner.interrupt()
    this.#inTurn(name, async () => {
      if (!this.#connectors.has(name)) return
      if (target === 'STARTED') return this.#resume(name, runner)
      await runner.stopConnector()
      await runner.tellConnector(target === 'PAUSED' ? 'paused' : 'stopped')
    })
  }

  /** A failed connector has to be restarted by request. */
  async #resume(name: string, runner: ConnectorRunner): Promise<void> {
    const isFailed = this.#options.statuses.state.connectors.get(name)?.state === 'FAILED'
    if (isFailed || runner.isRunning) return
    if (await runner.startConnector()) await runner.configureTasks()
  }

  /** Restarts what runs here of the connector and these tasks. */
  async restart(name: string, withConnector: boolean, tasks: readonly number[]): Promise<void> {
    const runner = this.#runners.get(name)
    if (runner === undefined) return
    const own = tasks.filter((task) => this.runsTask(name, task))
    await Promise.all([
      withConnector && this.#connectors.has(name) ? this.#restartByRequest(name, runner) : undefined,
      own.length > 0 ? this.#restartTasks(name, runner, own) : undefined,
    ])
  }

  #restartByRequest(name: string, runner: ConnectorRunner): Promise<void> {
    return this.#serial.run(name, async () => {
      await runner.stopConnector()
      await runner.tellConnector('ended')
      await runner.tellConnector('restarting')
      if (this.#connectors.has(name) && (await runner.startConnector())) await runner.configureTasks()
    })
  }

  #restartTasks(name: string, runner: ConnectorRunner, tasks: readonly number[]): Promise<void> {
    return this.#serial.run(tasksOf(name), async () => {
      await runner.stopTasks(tasks)
      for (const task of tasks) await runner.tellTask(task, 'restarting')
      runner.startTasks(tasks.filter((task) => this.#given.tasks.has(taskId(name, task))))
    })
  }

  #inTurn(key: string, work: () => Promise<void>): void {
    this.#serial.run(key, work).catch((error: unknown) => {
      this.#options.log.error(`${key}: ${describeError(error)}`)
    })
  }

  #runnerOf(name: string): ConnectorRunner {
    const known = this.#runners.get(name)
    if (known !== undefined) return known
    const runner = new ConnectorRunner(name, {
      ...this.#options,
      announcesTasks: false,
      finished: (target) => this.#options.log.info(`The tasks of connector ${target} here came to their end`),
      later: (target, work) => this.#inTurn(target, () => (this.#connectors.has(target) ? work() : Promise.resolve())),
      applyTasks: (configs) => this.#options.publish(name, configs),
    })
    this.#runners.set(name, runner)
    return runner
  }
}

/** Tasks wait for each other, and never for a connector that takes its time. */
function tasksOf(name: string): string {
  return `tasks of ${name}`
}

function byConnector(tasks: ReadonlySet<string>): Map<string, number[]> {
  const numbers = new Map<string, number[]>()
  for (const [name, task] of [...tasks].map(splitTask)) numbers.set(name, [...(numbers.get(name) ?? []), task])
  return numbers
}

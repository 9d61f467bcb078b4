// A cluster on paper: members join, leave and come back, and what they run follows the leader's decisions.
import { describe, expect, it } from 'vitest'
import { assign, NEW_LEADER, type LeaderMemory } from './assign.js'
import { NO_WORK, union, without, type Work } from './work.js'

const MAX_DELAY = 300_000

class Cluster {
  readonly members = new Map<string, Work>()
  configured: Work = NO_WORK
  memory: LeaderMemory = NEW_LEADER
  now = 1_000_000
  generation = 0
  delayMs = 0

  constructor(...ids: readonly string[]) {
    for (const id of ids) this.members.set(id, NO_WORK)
  }

  configure(connectors: number, tasks: number): void {
    const names = Array.from({ length: connectors }, (_, i) => `c${String(i).padStart(3, '0')}`)
    const ids = names.flatMap((name) => Array.from({ length: tasks }, (_, task) => `${name}-${task}`))
    this.configured = { connectors: new Set(names), tasks: new Set(ids) }
  }

  /** One rebalance that all members take part in; true when something was revoked. */
  round(maxDelayMs = MAX_DELAY): boolean {
    const lastGeneration = this.generation === 0 ? -1 : this.generation
    this.generation += 1
    const { members, configured, now, generation } = this
    const decision = assign(this.memory, { generation, lastGeneration, configured, members, now, maxDelayMs })
    this.memory = decision.memory
    this.delayMs = decision.delayMs
    let hasRevoked = false
    for (const [id, { assigned, revoked }] of decision.shares) {
      hasRevoked ||= revoked.connectors.size + revoked.tasks.size > 0
      members.set(id, union(without(members.get(id) ?? NO_WORK, revoked), assigned))
    }
    return hasRevoked
  }

  /** Rounds until nothing is revoked any more. */
  settle(): void {
    for (let rounds = 0; rounds < 10 && this.round(); rounds += 1);
  }

  counts(kind: 'connectors' | 'tasks'): number[] {
    return [...this.members.values()].map((work) => work[kind].size)
  }

  /** How often each configured item runs, where that is not once; and what runs without being configured. */
  get wrong(): readonly string[] {
    const running = [...this.members.values()].flatMap(({ connectors, tasks }) => [...connectors, ...tasks])
    const configured = [...this.configured.connectors, ...this.configured.tasks]
    const odd = configured.filter((item) => running.filter((other) => other === item).length !== 1)
    return [...odd, ...running.filter((item) => !configured.includes(item))]
  }
}

const numbers = (a: number, b: number) => a - b

describe('the leader', () => {
  it('gives everything to somebody, and to each about the same', () => {
    const cluster = new Cluster('a', 'b', 'c')
    cluster.configure(7, 3)
    cluster.settle()
    expect(cluster.wrong).toEqual([])
    expect(cluster.counts('connectors').sort(numbers)).toEqual([2, 2, 3])
    expect(cluster.counts('tasks')).toEqual([7, 7, 7])
  })

  it('moves nothing when a connector is added', () => {
    const cluster = new Cluster('a', 'b', 'c')
    cluster.configure(50, 2)
    cluster.settle()
    const before = new Map(cluster.members)
    cluster.configure(51, 2)
    const hasRevoked = cluster.round()
    expect(cluster.wrong).toEqual([])
    expect(hasRevoked).toBe(false)
    for (const [id, work] of before) expect(without(work, cluster.members.get(id) ?? NO_WORK)).toEqual(NO_WORK)
  })

  it('takes from the others in one round and gives to a new member in the next', () => {
    const cluster = new Cluster('a', 'b')
    cluster.configure(6, 2)
    cluster.settle()
    cluster.members.set('c', NO_WORK)
    const hasRevoked = cluster.round()
    const inBetween = cluster.members.get('c')
    cluster.round()
    expect(cluster.wrong).toEqual([])
    expect(hasRevoked).toBe(true)
    expect(inBetween).toEqual(NO_WORK)
    expect(cluster.counts('tasks')).toEqual([4, 4, 4])
  })

  it('keeps the work of a member that left until the delay is over', () => {
    const cluster = new Cluster('a', 'b', 'c')
    cluster.configure(6, 2)
    cluster.settle()
    cluster.members.delete('c')
    cluster.round()
    expect(cluster.delayMs).toBe(MAX_DELAY)
    expect(cluster.counts('tasks')).toEqual([4, 4])
    cluster.now += MAX_DELAY - 1
    cluster.round()
    expect([cluster.delayMs, ...cluster.counts('tasks')]).toEqual([1, 4, 4])
    cluster.now += 1
    cluster.round()
    expect(cluster.wrong).toEqual([])
    expect(cluster.counts('tasks')).toEqual([6, 6])
  })

  it('gives the work to a member that came empty meanwhile, when the delay is over', () => {
    const cluster = new Cluster('a', 'b', 'c')
    cluster.configure(6, 2)
    cluster.settle()
    cluster.members.delete('c')
    cluster.round()
    cluster.members.set('d', NO_WORK)
    cluster.now += 1000
    cluster.round()
    expect(cluster.counts('tasks')).toEqual([4, 4, 0])
    cluster.now += MAX_DELAY
    cluster.settle()
    expect(cluster.wrong).toEqual([])
    expect(cluster.counts('tasks')).toEqual([4, 4, 4])
  })

  it('gives the work back at once to the member for which it waits', () => {
    const cluster = new Cluster('a', 'b', 'c')
    cluster.configure(6, 2)
    cluster.settle()
    cluster.members.delete('c')
    cluster.round()
    cluster.members.set('c', NO_WORK)
    cluster.now += 1000
    cluster.settle()
    expect(cluster.wrong).toEqual([])
    expect(cluster.counts('tasks')).toEqual([4, 4, 4])
  })

  it('gives lost work away at once where no delay is allowed', () => {
    const cluster = new Cluster('a', 'b')
    cluster.configure(4, 1)
    cluster.round(0)
    cluster.members.delete('b')
    cluster.round(0)
    expect(cluster.wrong).toEqual([])
  })

  it('gives again what a member never received', () => {
    const cluster = new Cluster('a', 'b')
    cluster.configure(4, 1)
    cluster.round()
    cluster.members.set('b', NO_WORK)
    cluster.round()
    expect(cluster.wrong).toEqual([])
  })

  it('takes what two members run from both, and then gives it to one', () => {
    const cluster = new Cluster('a', 'b')
    cluster.configure(2, 1)
    const both: Work = { connectors: new Set(['c000']), tasks: new Set(['c000-0']) }
    cluster.members.set('a', both).set('b', both)
    cluster.round()
    expect([...cluster.members.values()].some(({ tasks }) => tasks.has('c000-0'))).toBe(false)
    cluster.settle()
    expect(cluster.wrong).toEqual([])
  })

  it('takes what is configured no more', () => {
    const cluster = new Cluster('a', 'b')
    cluster.configure(4, 2)
    cluster.settle()
    cluster.configure(2, 1)
    cluster.settle()
    expect(cluster.wrong).toEqual([])
  })

  it('takes nothing from a member that runs what it knows when it has just become leader', () => {
    const cluster = new Cluster('a', 'b')
    cluster.configure(4, 2)
    cluster.settle()
    cluster.memory = NEW_LEADER
    expect(cluster.round()).toBe(false)
    expect(cluster.wrong).toEqual([])
  })

  it('converges from any disorder', () => {
    let seed = 7
    const chance = (of: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % of
    }
    const cluster = new Cluster('m0', 'm1')
    for (let step = 0; step < 300; step += 1) {
      const id = `m${chance(5)}`
      if (chance(3) === 0 && cluster.members.size > 1) cluster.members.delete(id)
      else if (!cluster.members.has(id)) cluster.members.set(id, NO_WORK)
      if (chance(4) === 0) cluster.configure(1 + chance(20), chance(4))
      cluster.now += chance(MAX_DELAY)
      cluster.round()
    }
    for (let round = 0; round < 6; round += 1) {
      cluster.now += MAX_DELAY
      cluster.round()
    }
    expect(cluster.wrong).toEqual([])
    const tasks = cluster.counts('tasks')
    expect(Math.max(...tasks) - Math.min(...tasks)).toBeLessThanOrEqual(1)
  })
})

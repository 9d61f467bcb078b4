// Who runs what: the leader's decision at each rebalance, a pure function of plain data. Work stays where it is; what a worker
// lost waits for it to come back; what is too much on one worker is taken away in one round and given in the next.
import { common, NO_WORK, union, without, type Work } from './work.js'

/** What a leader remembers from one rebalance to the next. */
export interface LeaderMemory {
  /** -1: nothing was assigned yet. */
  readonly generation: number
  /** All that was assigned, and what was lost and not given away since. */
  readonly assigned: Work
  readonly members: readonly string[]
  /** Members that left and whose work waits for them. */
  readonly awaited: readonly string[]
  /** When lost work is given to others; null: no wait is on. */
  readonly dueAt: number | null
  /** Members without work while lost work waits: they get it. */
  readonly candidates: readonly string[]
  readonly hasRevoked: boolean
  /** Rounds in a row that wanted to revoke after one that did. */
  readonly revocations: number
}

export const NEW_LEADER: LeaderMemory = {
  generation: -1,
  assigned: NO_WORK,
  members: [],
  awaited: [],
  dueAt: null,
  candidates: [],
  hasRevoked: false,
  revocations: 0,
}

export interface Round {
  readonly generation: number
  /** The last generation that was completed, whoever led it. */
  readonly lastGeneration: number
  readonly configured: Work
  /** What each member runs. */
  readonly members: ReadonlyMap<string, Work>
  readonly now: number
  /** How long lost work waits for its worker. */
  readonly maxDelayMs: number
}

/** What changes for one member. */
export interface Share {
  readonly assigned: Work
  readonly revoked: Work
}

export interface Decision {
  readonly shares: ReadonlyMap<string, Share>
  /** What each member runs when it has followed the decision. */
  readonly loads: ReadonlyMap<string, Work>
  readonly delayMs: number
  readonly memory: LeaderMemory
}

export function assign(before: LeaderMemory, round: Round): Decision {
  const memory = before.generation === round.lastGeneration ? before : { ...before, assigned: NO_WORK }
  const running = union(...round.members.values())
  const surplus = union(
    without(memory.assigned, round.configured),
    without(running, round.configured),
    duplicates(round),
  )
  const lost = without(memory.assigned, running, without(memory.assigned, round.configured))
  const created = without(round.configured, memory.assigned, running)
  const kept = new Map([...round.members].map(([id, work]) => [id, without(work, surplus)]))
  const wait = settleLost(memory, round, { lost, kept })
  const balance =
    wait.delayMs === 0 ? balanced(wait.memory, round, kept) : { ...wait, tooMuch: new Map<string, Work>() }
  const loads = new Map([...kept].map(([id, work]) => [id, without(work, balance.tooMuch.get(id) ?? NO_WORK)]))
  const placed = place(wait.placed, loads)
  const full = fill(union(created, wait.toPlace), placed)
  const shares = sharesOf(round, { full, surplus, tooMuch: balance.tooMuch })
  return {
    shares,
    loads: full,
    delayMs: balance.delayMs,
    memory: {
      ...balance.memory,
      generation: round.generation,
      members: [...round.members.keys()],
      assigned: union(...full.values(), without(lost, union(...full.values()))),
    },
  }
}

function sharesOf(
  { members }: Round,
  { full, surplus, tooMuch }: { readonly full: Loads; readonly surplus: Work; readonly tooMuch: Loads },
): Map<string, Share> {
  const shares = [...members].map(([id, work]): [string, Share] => {
    const revoked = union(common(work, surplus), tooMuch.get(id) ?? NO_WORK)
    return [id, { assigned: without(full.get(id) ?? NO_WORK, work), revoked }]
  })
  return new Map(shares)
}

type Loads = ReadonlyMap<string, Work>

/** Work that more than one member runs. */
function duplicates({ members }: Round): Work {
  const works = [...members.values()]
  return union(...works.flatMap((one, i) => works.slice(i + 1).map((other) => common(one, other))))
}

interface Wait {
  readonly memory: LeaderMemory
  readonly delayMs: number
  /** Lost work for anyone. */
  readonly toPlace: Work
  /** Lost work for the members that came back empty. */
  readonly placed: Loads
}

function settleLost(memory: LeaderMemory, round: Round, at: { readonly lost: Work; readonly kept: Loads }): Wait {
  const { lost, kept } = at
  const { now, maxDelayMs, members } = round
  const calm = { ...memory, dueAt: null, candidates: [], awaited: [] }
  const nothing = { placed: new Map<string, Work>(), toPlace: NO_WORK, delayMs: 0 }
  const isLost = lost.connectors.size + lost.tasks.size > 0
  if (!isLost && !memory.hasRevoked) return { ...nothing, memory: calm }
  const awaited = [...new Set([...memory.awaited, ...memory.members])].filter((id) => !members.has(id))
  const isBack = memory.awaited.length > 0 && awaited.length === 0
  if (isBack) return { ...nothing, memory: calm, toPlace: lost }
  if ((memory.dueAt === null && awaited.length === 0) || maxDelayMs === 0) return { ...nothing, memory, toPlace: lost }
  if (memory.dueAt !== null && now >= memory.dueAt) {
    const candidates = memory.candidates.filter((id) => members.has(id))
    const open = { ...calm, hasRevoked: false }
    if (candidates.length === 0) return { ...nothing, memory: open, toPlace: lost }
    return { ...nothing, memory: open, placed: inTurn(lost, candidates) }
  }
  if (!isLost) return { ...nothing, memory }
  const idle = [...kept].filter(([, work]) => work.connectors.size + work.tasks.size === 0).map(([id]) => id)
  const dueAt = memory.dueAt ?? now + maxDelayMs
  const candidates = [...new Set([...memory.candidates, ...idle])]
  return { ...nothing, memory: { ...memory, dueAt, candidates, awaited }, delayMs: dueAt - now }
}

/** One after the other, so that no candidate gets much more than another. */
function inTurn(lost: Work, candidates: readonly string[]): Map<string, Work> {
  const turn = (items: ReadonlySet<string>, own: number) =>
    new Set([...items].sort().filter((_, i) => i % candidates.length === own))
  return new Map(candidates.map((id, i) => [id, { connectors: turn(lost.connectors, i), tasks: turn(lost.tasks, i) }]))
}

function place(placed: Loads, loads: Loads): Map<string, Work> {
  return new Map([...loads].map(([id, work]) => [id, union(work, placed.get(id) ?? NO_WORK)]))
}

interface Balance {
  readonly memory: LeaderMemory
  readonly delayMs: number
  readonly tooMuch: Loads
}

const FIRST_PAUSE_MS = 40
const PAUSE_GROWTH = 40

/** What has to be taken from whom; put off, with a growing pause, when the last round took something, too. */
function balanced(memory: LeaderMemory, { configured, now, maxDelayMs }: Round, kept: Loads): Balance {
  const tooMuch = excess(configured, kept)
  const nothing = new Map<string, Work>()
  if (tooMuch.size === 0) {
    return { memory: { ...memory, hasRevoked: false, revocations: 0 }, delayMs: 0, tooMuch: nothing }
  }
  if (!memory.hasRevoked) return { memory: { ...memory, hasRevoked: true }, delayMs: 0, tooMuch }
  const revocations = memory.revocations + 1
  const delayMs = Math.min(maxDelayMs, FIRST_PAUSE_MS * PAUSE_GROWTH ** (revocations - 1))
  if (delayMs === 0) return { memory: { ...memory, revocations }, delayMs, tooMuch }
  return { memory: { ...memory, revocations, dueAt: now + delayMs }, delayMs, tooMuch: nothing }
}

/** Connectors and tasks each by themselves: what a member has beyond its share. */
function excess(configured: Work, kept: Loads): Map<string, Work> {
  const connectors = excessOf(configured.connectors.size, kept, ({ connectors }) => connectors)
  const tasks = excessOf(configured.tasks.size, kept, ({ tasks }) => tasks)
  const ids = [...kept.keys()].filter((id) => connectors.has(id) || tasks.has(id))
  return new Map(
    ids.map((id) => [id, { connectors: connectors.get(id) ?? new Set(), tasks: tasks.get(id) ?? new Set() }]),
  )
}

function excessOf(total: number, kept: Loads, of: (work: Work) => ReadonlySet<string>): Map<string, Set<string>> {
  const least = Math.floor(total / kept.size)
  let extras = total % kept.size
  const excess = new Map<string, Set<string>>()
  for (const [id, work] of [...kept].sort(byId)) {
    const own = [...of(work)].sort()
    const allowed = own.length > least && extras > 0 ? least + 1 : least
    if (own.length > least && extras > 0) extras -= 1
    if (own.length > allowed) excess.set(id, new Set(own.slice(allowed)))
  }
  return excess
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

/** Gives each item to the member with the least of its kind. */
function fill(work: Work, loads: Loads): Map<string, Work> {
  const full = new Map(
    [...loads].map(([id, own]) => [id, { connectors: new Set(own.connectors), tasks: new Set(own.tasks) }]),
  )
  for (const kind of ['connectors', 'tasks'] as const) {
    for (const item of [...work[kind]].sort()) {
      const least = [...full].sort(byId).reduce((one, other) => (other[1][kind].size < one[1][kind].size ? other : one))
      least[1][kind].add(item)
    }
  }
  return full
}

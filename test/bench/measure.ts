// Times several ways to do the same work, taking turns, after all of them are warm. A figure only counts if its work was
// right: every run tells how many rows it moved and a checksum of their values.

const LONGEST_MS = 180_000

export interface Outcome {
  readonly rows: number
  readonly checksum: string
}

export interface Way {
  readonly name: string
  /** Before each run, outside the clock. */
  readonly prepare?: () => Promise<void>
  /** The work on the clock, which `restart` sets back to zero. */
  readonly run: (restart: () => void) => Promise<void>
  /** After each run, outside the clock; also gives back what the run has opened. */
  readonly check: () => Promise<Outcome>
}

export interface Comparison {
  readonly name: string
  readonly rows: number
  readonly repetitions: number
  /** Runs of each way before the first that counts. */
  readonly warmUp: number
  /** What every run has to come to. */
  readonly expected: Outcome
  /** The first is ours; the others are told against it. */
  readonly ways: readonly Way[]
  /** Gives back what the comparison has opened. */
  readonly close?: () => Promise<void>
}

export interface Figure {
  readonly way: string
  /** Medians over the repetitions. */
  readonly rowsPerSecond: number
  readonly cpuMicrosPerRow: number
  readonly slowest: number
  readonly fastest: number
}

export interface Result {
  readonly name: string
  readonly rows: number
  readonly repetitions: number
  readonly figures: readonly Figure[]
}

interface Timing {
  readonly seconds: number
  readonly cpuMicros: number
}

export async function compare(comparison: Comparison): Promise<Result> {
  const { name, rows, repetitions, warmUp, ways } = comparison
  const timings = ways.map((): Timing[] => [])
  for (let turn = 0; turn < warmUp + repetitions; turn++) {
    for (let i = 0; i < ways.length; i++) {
      const at = (i + turn) % ways.length
      const timing = await timed(ways[at]!, comparison)
      if (turn >= warmUp) timings[at]!.push(timing)
    }
  }
  return { name, rows, repetitions, figures: ways.map((way, i) => figureOf(way.name, rows, timings[i]!)) }
}

async function timed(way: Way, { name, expected }: Comparison): Promise<Timing> {
  await way.prepare?.()
  let cpu = process.cpuUsage()
  let start = process.hrtime.bigint()
  const restart = () => {
    cpu = process.cpuUsage()
    start = process.hrtime.bigint()
  }
  try {
    await inTime(way.run(restart), `${name}, ${way.name}`)
  } catch (error) {
    await way.check().catch(() => undefined)
    throw error
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const used = process.cpuUsage(cpu)
  const found = await way.check()
  if (found.rows !== expected.rows || found.checksum !== expected.checksum) {
    const text = `${found.rows} rows with checksum ${found.checksum}`
    throw new Error(`${name}, ${way.name}: ${text}, but ${expected.rows} with ${expected.checksum} were expected`)
  }
  return { seconds, cpuMicros: used.user + used.system }
}

/** What is awaited, or an error once it can no longer be expected. */
async function inTime(work: Promise<void>, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done after ${LONGEST_MS / 1000} seconds`)), LONGEST_MS)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function figureOf(way: string, rows: number, timings: readonly Timing[]): Figure {
  const speeds = timings.map(({ seconds }) => rows / seconds).sort((a, b) => a - b)
  return {
    way,
    rowsPerSecond: median(speeds),
    cpuMicrosPerRow: median(timings.map(({ cpuMicros }) => cpuMicros / rows).sort((a, b) => a - b)),
    slowest: speeds[0]!,
    fastest: speeds.at(-1)!,
  }
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The result as lines to read. */
export function linesOf({ name, rows, repetitions, figures }: Result): string[] {
  const ours = figures[0]!
  const width = Math.max(...figures.map(({ way }) => way.length))
  const lines = figures.map((figure) => {
    const speed = Math.round(figure.rowsPerSecond).toLocaleString('en').padStart(11)
    const range = `${thousands(figure.slowest)}–${thousands(figure.fastest)}`.padStart(13)
    const cpu = figure.cpuMicrosPerRow.toFixed(2).padStart(8)
    const times = (ours.rowsPerSecond / figure.rowsPerSecond).toFixed(2)
    const cpuTimes = (figure.cpuMicrosPerRow / ours.cpuMicrosPerRow).toFixed(2)
    const ratio = figure === ours ? '' : `  ours: ${times}× the speed, 1/${cpuTimes} of the CPU`
    return `  ${figure.way.padEnd(width)} ${speed} rows/s (${range}) ${cpu} µs CPU/row${ratio}`
  })
  return [`${name}: ${rows.toLocaleString('en')} rows, median of ${repetitions}`, ...lines]
}

function thousands(value: number): string {
  return `${Math.round(value / 1000)}k`
}

// How a compacted segment takes the place of others, so that a crash at any moment leaves the old ones or the new one.
import { openSync, closeSync, fsyncSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from './durable-files.js'
import { SEGMENT_NAME, segmentPath } from './segment.js'

/** Being written; worth nothing after a crash. */
export const CLEANED = '.cleaned'
/** Written as a whole: stands for all segments from the first offset in its name up to the second. */
const SWAP_NAME = /^(\d+)-(\d+)\.swap$/

/** Replaces the segments of offsets `from … to)` by the finished file. */
export function swapIn(folder: string, finished: string, range: { readonly from: number; readonly to: number }): void {
  const fd = openSync(finished, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(finished, join(folder, `${range.from}-${range.to}.swap`))
  syncFolder(folder)
  finishSwaps(folder)
}

/** Completes what a crash interrupted. */
export function finishSwaps(folder: string): void {
  const names = readdirSync(folder)
  for (const name of names.filter((other) => other.endsWith(CLEANED))) rmSync(join(folder, name))
  for (const name of names) {
    const [, from, to] = SWAP_NAME.exec(name) ?? []
    if (from === undefined || to === undefined) continue
    for (const other of names) {
      const base = Number(SEGMENT_NAME.exec(other)?.[1] ?? Number.NaN)
      if (base > Number(from) && base < Number(to)) rmSync(join(folder, other))
    }
    renameSync(join(folder, name), segmentPath(folder, Number(from)))
    syncFolder(folder)
  }
}

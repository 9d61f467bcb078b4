// Failure cuts the batch: ever smaller pieces, in order, until the bad record stands alone and its siblings went on.
import { DataError } from '@rowbridge/api'

/** Does a stage's work on the records `from … to`. */
export type Work = (from: number, to: number) => Promise<void>

/** Decides about a record that cannot be processed: throws, or returns to skip it. */
export type OnBad = (index: number, error: DataError) => void | Promise<void>

/**
 * Works on all of `length` records. After a DataError the pieces before, of and after the record it names (the halves,
 * where it names none) are worked on again, in order; a piece that failed must have left nothing behind. `first` is what
 * all of them failed with, where that was tried.
 */
export async function cut(length: number, work: Work, onBad: OnBad, first?: DataError): Promise<void> {
  const isCut = first !== undefined && length > 1
  const pieces = isCut ? smallerPieces(0, length, first.index) : wholeOf(length)
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    const [from, to] = piece
    try {
      await work(from, to)
    } catch (error) {
      if (!(error instanceof DataError)) throw error
      if (to - from === 1) await onBad(from, error)
      else pieces.push(...smallerPieces(from, to, error.index))
    }
  }
}

function wholeOf(length: number): (readonly [number, number])[] {
  return length === 0 ? [] : [[0, length]]
}

/** Last piece first, as the stack wants them. */
function smallerPieces(from: number, to: number, index: number | null): (readonly [number, number])[] {
  if (index === null || index < 0 || index >= to - from) {
    const middle = from + Math.ceil((to - from) / 2)
    return [
      [middle, to],
      [from, middle],
    ]
  }
  const bad = from + index
  const pieces: (readonly [number, number])[] = [
    [bad + 1, to],
    [bad, bad + 1],
    [from, bad],
  ]
  return pieces.filter(([start, end]) => end > start)
}

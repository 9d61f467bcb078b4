import { describe, expect, it } from 'vitest'
import { Acks, type Submitted } from './acks.js'

/** Numbers from a seed, the same in every run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('offsets of a source', () => {
  it('commits nothing while the eldest batch is open', () => {
    const acks = new Acks()
    acks.submit('p', 1)
    acks.ack(acks.submit('p', 2))

    expect(acks.take()).toEqual([])
  })

  it('commits the newest batch whose elders are all acked, once', () => {
    const acks = new Acks()
    const [first, second, third] = [acks.submit('p', 1), acks.submit('p', 2), acks.submit('p', 3)]
    acks.ack(second)
    acks.ack(first)

    expect(acks.take().map(({ offset }) => offset)).toEqual([2])
    expect(acks.take()).toEqual([])
    acks.ack(third)
    expect(acks.take().map(({ offset }) => offset)).toEqual([3])
  })

  it('does not let one partition hold up another', () => {
    const acks = new Acks()
    acks.submit({ table: 'a' }, 1)
    acks.ack(acks.submit({ table: 'b' }, 7))

    expect(acks.take().map(({ partition, offset }) => [partition, offset])).toEqual([[{ table: 'b' }, 7]])
  })

  it('gives back what could not be written unless something newer became committable', () => {
    const acks = new Acks()
    acks.ack(acks.submit('a', 1))
    acks.ack(acks.submit('b', 1))
    const taken = acks.take()
    acks.ack(acks.submit('b', 2))
    acks.giveBack(taken)

    const offsets = acks.take().map(({ partition, offset }) => [partition, offset])
    expect(Object.fromEntries(offsets)).toEqual({ a: 1, b: 2 })
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('never passes an unacked record, whatever the order of acks (seed %i)', (seed) => {
    const random = randomOf(seed)
    const acks = new Acks()
    const submitted = new Map<string, Submitted[]>()
    const open: Submitted[] = []
    const committed = new Map<string, number>()
    const problems: string[] = []
    for (let step = 0; step < 3000; step += 1) {
      const chance = random()
      if (chance < 0.5) {
        const partition = `p${Math.floor(random() * 4)}`
        const list = submitted.get(partition) ?? []
        const batch = acks.submit(partition, list.length)
        submitted.set(partition, [...list, batch])
        open.push(batch)
      } else if (chance < 0.95 && open.length > 0) {
        const [batch] = open.splice(Math.floor(random() * open.length), 1)
        acks.ack(batch!)
      } else {
        for (const { partition, offset } of acks.take()) {
          const [name, place] = [partition as string, offset as number]
          const elders = submitted.get(name)!.slice(0, place + 1)
          if (!elders.every(({ isAcked }) => isAcked)) problems.push(`${name} passed an open batch before ${place}`)
          if (place <= (committed.get(name) ?? -1)) problems.push(`${name} went back to ${place}`)
          committed.set(name, place)
        }
      }
    }
    for (const batch of open) acks.ack(batch)
    for (const { partition, offset } of acks.take()) committed.set(partition as string, offset as number)

    expect(problems).toEqual([])
    expect(acks.open).toBe(0)
    for (const [partition, list] of submitted) expect(committed.get(partition)).toBe(list.length - 1)
  })
})

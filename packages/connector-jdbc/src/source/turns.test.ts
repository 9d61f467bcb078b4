import { expect, test } from 'vitest'
import { Turns } from './turns.js'

function turnsOf(names: readonly string[]) {
  const clock = { now: 1000 }
  const turns = new Turns<string>(500, () => clock.now)
  for (const name of names) turns.add(name)
  return { turns, clock }
}

test('tables in the middle of a run take turns', () => {
  const { turns } = turnsOf(['a', 'b', 'c'])
  expect(Array.from({ length: 7 }, () => turns.take())).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a'])
})

test('a table whose run has ended rests for the pause', () => {
  const { turns, clock } = turnsOf(['a', 'b'])
  turns.endRun('a')
  expect([turns.take(), turns.take()]).toEqual(['b', 'b'])
  clock.now += 500
  expect(turns.take()).toBe('a')
})

test('when all rest, the next turn is known', () => {
  const { turns } = turnsOf(['a', 'b'])
  turns.endRun('a')
  turns.endRun('b')
  expect(turns.take()).toBeNull()
  expect(turns.nextTurn()).toBe(1500)
})

test('a table that holds the connection has the next turn too', () => {
  const { turns } = turnsOf(['a', 'b'])
  turns.keep('b')
  expect([turns.take(), turns.take()]).toEqual(['b', 'a'])
})

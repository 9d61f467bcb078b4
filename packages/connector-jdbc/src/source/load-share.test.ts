import { expect, test } from 'vitest'
import { LoadShare, LoadTime } from './load-share.js'

test('the share grows from the first row to the last', () => {
  const share = new LoadShare(null)
  share.expect(1000)
  expect(share.value).toBeNull()
  share.reach(100)
  expect(share.value).toBe(0)
  share.reach(550)
  expect(share.value).toBe(0.5)
  share.reach(1200)
  expect(share.value).toBe(1)
})

test('a load that goes on is measured from where it was', () => {
  const share = new LoadShare(100)
  share.expect(200)
  expect(share.value).toBe(0)
  share.reach(150)
  expect(share.value).toBe(0.5)
})

test('after a load, and where nothing is left to load, the share is whole', () => {
  const upToDate = new LoadShare(200)
  upToDate.expect(200)
  expect(upToDate.value).toBe(1)
  const share = new LoadShare(null)
  share.reach(1)
  share.finish()
  expect(share.value).toBe(1)
})

test('a share that cannot be told is null', () => {
  const share = new LoadShare(null)
  share.expect(null)
  share.reach(5)
  expect(share.value).toBeNull()
})

test('the time left follows from how fast the share has grown', () => {
  const clock = { now: 0 }
  const time = new LoadTime(() => clock.now)
  expect(time.left(0.2)).toBeNull()
  clock.now = 1000
  expect(time.left(0.3)).toBe(7000)
  expect(time.left(1)).toBe(0)
})

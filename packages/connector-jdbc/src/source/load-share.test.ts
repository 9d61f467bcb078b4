import { expect, test } from 'vitest'
import { LoadShare } from './load-share.js'

test('the share grows from the first row to the last', () => {
  const share = new LoadShare(true)
  share.expect(1000)
  expect(share.value).toBeNull()
  share.reach(100)
  expect(share.value).toBe(0)
  share.reach(550)
  expect(share.value).toBe(0.5)
  share.reach(1200)
  expect(share.value).toBe(1)
})

test('without a first load, and after it, the share is whole', () => {
  expect(new LoadShare(false).value).toBe(1)
  const share = new LoadShare(true)
  share.reach(1)
  share.finish()
  expect(share.value).toBe(1)
})

test('a share that cannot be told is null', () => {
  const share = new LoadShare(true)
  share.expect(null)
  share.reach(5)
  expect(share.value).toBeNull()
})

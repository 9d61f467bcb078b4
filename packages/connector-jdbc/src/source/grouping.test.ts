import { expect, test } from 'vitest'
import { groupNeighbours, splitNames } from './grouping.js'

test.each([
  { tables: [1, 2, 3, 4], tasks: 3, groups: [[1, 2], [3], [4]] },
  { tables: [1], tasks: 10, groups: [[1]] },
  {
    tables: [1, 2, 3, 4, 5],
    tasks: 2,
    groups: [
      [1, 2, 3],
      [4, 5],
    ],
  },
  { tables: [], tasks: 3, groups: [] },
])('$tables over $tasks tasks are $groups', ({ tables, tasks, groups }) => {
  expect(groupNeighbours(tables, tasks)).toEqual(groups)
})

test.each([
  ['"public"."a","public"."b"', ['"public"."a"', '"public"."b"']],
  ['"a,b",`c,d`,e', ['"a,b"', '`c,d`', 'e']],
  ['"a"",b"', ['"a"",b"']],
  ['', []],
])('the list %s names %j', (list, names) => {
  expect(splitNames(list)).toEqual(names)
})

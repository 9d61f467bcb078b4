// Which task reads which tables, and how a task is told.

/** At most `count` groups of neighbours; the first ones have one more where the numbers do not divide. */
export function groupNeighbours<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  const groups = Math.min(items.length, Math.max(count, 1))
  const size = Math.floor(items.length / Math.max(groups, 1))
  const larger = items.length - size * groups
  return Array.from({ length: groups }, (_, i) => {
    const start = i * size + Math.min(i, larger)
    return items.slice(start, start + size + (i < larger ? 1 : 0))
  })
}

const NAME = /(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|[^,])+/g

/** The names in a comma list; a comma in quotes belongs to its name. */
export function splitNames(list: string): readonly string[] {
  return (list.match(NAME) ?? []).map((name) => name.trim()).filter((name) => name !== '')
}

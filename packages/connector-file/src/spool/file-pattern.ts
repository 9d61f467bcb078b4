// The names of the files to read, as a regular expression that must fit the whole name.

/** Exactly one of the two is null. */
export function patternOf(text: string): { readonly pattern: RegExp | null; readonly problem: string | null } {
  try {
    // Java's flag at the beginning of a pattern is a flag of its own here.
    const isAnyCase = text.startsWith('(?i)')
    const source = isAnyCase ? text.slice(4) : text
    return { pattern: new RegExp(`^(?:${source})$`, isAnyCase ? 'iu' : 'u'), problem: null }
  } catch (error) {
    return { pattern: null, problem: `It is no regular expression: ${(error as Error).message}` }
  }
}

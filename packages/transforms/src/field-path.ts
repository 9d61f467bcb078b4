// Where a field is: a name, or with field.syntax.version=V2 a path through nested fields, with backticks around names
// that have dots.
import type { Field, Row, Schema } from '@rowbridge/api'
import { isMembers } from './forms.js'
import { compileField } from './rows.js'

/** What is wrong with a path; null where nothing is. */
export function pathProblem(text: string): string | null {
  const steps = stepsOf(text)
  return typeof steps === 'string' ? steps : null
}

/** The names along a path, or what is wrong with it. */
export function stepsOf(path: string): readonly string[] | string {
  const steps: string[] = []
  let at = 0
  while (at <= path.length) {
    if (path[at] === '`') {
      const end = closingBacktick(path, at + 1)
      if (end < 0) {
        return (
          `Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick at position ` +
          `${at} to escape it`
        )
      }
      steps.push(unescaped(path.slice(at + 1, end)))
      at = end + 2
      if (end + 1 >= path.length) return steps
    } else {
      const dot = path.indexOf('.', at)
      const end = dot < 0 ? path.length : dot
      steps.push(unescaped(path.slice(at, end)))
      at = end + 1
      if (dot < 0) return steps
    }
  }
  return steps
}

/** One that is followed by a dot or by nothing, and has no backslash before it. */
function closingBacktick(path: string, from: number): number {
  for (let at = path.indexOf('`', from); at >= 0; at = path.indexOf('`', at + 1)) {
    if ((at + 1 === path.length || path[at + 1] === '.') && path[at - 1] !== '\\') return at
  }
  return -1
}

function unescaped(step: string): string {
  return step.replaceAll('\\`', '`')
}

/** The field at the end of a path through structs; null where there is none. */
export function fieldAt(schema: Schema, steps: readonly string[]): Schema | null {
  let found: Schema | null = schema
  for (const step of steps) found = found?.fields.find(({ name }) => name === step)?.schema ?? null
  return found
}

/** Reads what a path leads to out of rows; null where something on the way is null. */
export function compilePath(schema: Schema, steps: readonly string[], replacesNull: boolean): (row: Row) => unknown {
  const reads: ((row: Row) => unknown)[] = []
  let at: Schema = schema
  for (const step of steps) {
    const field: Field | undefined = at.fields.find(({ name }) => name === step)
    if (field === undefined) return () => null
    reads.push(compileField(field, replacesNull))
    at = field.schema
  }
  const [only] = reads
  if (reads.length === 1 && only !== undefined) return only
  return (row) => {
    let value: unknown = row
    for (const read of reads) {
      if (value === null) return null
      value = read(value as Row)
    }
    return value
  }
}

/** What a path leads to in a value without a schema; null where it leads nowhere. */
export function memberAt(members: unknown, steps: readonly string[]): unknown {
  let value: unknown = members
  for (const step of steps) {
    if (value instanceof Map) value = value.get(step) ?? null
    else value = isMembers(value) && Object.hasOwn(value, step) ? (value[step] ?? null) : null
  }
  return value
}

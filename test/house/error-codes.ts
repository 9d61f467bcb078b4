// The codes of all errors we throw, read from the sources, and the page that explains them.
import { ERROR_CODES } from '@rowbridge/api'
import { isNode, nameOf, nodesOf, stringOf, type SourceFile, type SyntaxNode } from './source.js'

const CLASSES = ['ConnectError', 'RetriableError', 'DataError', 'ConfigError', 'StateError']
const CODE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

export interface UsedCode {
  readonly code: string
  /** Where it is used, `path:line`. */
  readonly place: string
  /** The error's class, or null where the code is handed on before it becomes an error. */
  readonly errorClass: string | null
}

/** Codes given to an error's constructor, to a function that takes a `code` first, or to a property `code`. */
export function usedCodes(files: readonly SourceFile[]): UsedCode[] {
  const ours = files.filter(({ isTest, packageName }) => !isTest && packageName !== null && packageName !== 'testkit')
  return ours.flatMap((file) => {
    const carriers = carriersIn(file)
    const handedOn = carriers.size === 0 ? null : classOfCarriers(file)
    return [...nodesOf(file.program)].flatMap(([node]) =>
      codeExpressions(node, carriers)
        .flatMap(literalsOf)
        .map(({ code, at }) => ({
          code,
          place: `${file.path}:${file.lineOf(at)}`,
          errorClass: classOf(node) ?? handedOn,
        })),
    )
  })
}

function classOf(node: SyntaxNode): string | null {
  return node.type === 'NewExpression' ? nameOf(node['callee']) : null
}

/** The class that the functions of a file give to a code they are handed, where it is but one. */
function classOfCarriers(file: SourceFile): string | null {
  const classes = [...nodesOf(file.program)]
    .filter(([node]) => nameOf((node['arguments'] as unknown[] | undefined)?.[0]) === 'code')
    .map(([node]) => classOf(node))
    .filter((name) => name !== null && CLASSES.includes(name))
  const [only = null, ...others] = new Set(classes)
  return others.length === 0 ? only : null
}

function codeExpressions(node: SyntaxNode, carriers: ReadonlySet<string>): unknown[] {
  const [first] = (node['arguments'] as unknown[] | undefined) ?? []
  const callee = nameOf(node['callee']) ?? ''
  if (node.type === 'NewExpression' && CLASSES.includes(callee)) return [first]
  if (node.type === 'CallExpression' && carriers.has(callee)) return [first]
  return node.type === 'Property' && nameOf(node['key']) === 'code' ? [node['value']] : []
}

/** Functions of a file whose first parameter is an error's code. */
function carriersIn(file: SourceFile): ReadonlySet<string> {
  const names = [...nodesOf(file.program)]
    .map(([node]) =>
      node.type === 'VariableDeclarator' ? { name: node['id'], made: node['init'] } : { name: node['id'], made: node },
    )
    .filter(({ made }) => isNode(made) && Array.isArray(made['params']) && nameOf(made['params'][0]) === 'code')
    .map(({ name }) => nameOf(name))
  return new Set(names.filter((name) => name !== null))
}

/** The literals an expression can come to: itself, or the branches of a condition. */
function literalsOf(expression: unknown): { code: string; at: SyntaxNode }[] {
  if (!isNode(expression)) return []
  if (expression.type === 'ConditionalExpression') {
    return [...literalsOf(expression['consequent']), ...literalsOf(expression['alternate'])]
  }
  const code = stringOf(expression)
  return code !== null && CODE.test(code) ? [{ code, at: expression }] : []
}

/** Codes without a meaning, with a place of each; and meanings without a code. */
export function catalogueGaps(used: readonly UsedCode[], catalogue: Readonly<Record<string, string>>): string[] {
  const codes = new Map(used.map(({ code, place }) => [code, place]))
  const unexplained = [...codes].filter(([code]) => !Object.hasOwn(catalogue, code))
  const unused = Object.keys(catalogue).filter((code) => !codes.has(code))
  return [
    ...unexplained.map(([code, place]) => `${place}: ${code} is not in the catalogue (api/src/error-codes.ts)`),
    ...unused.map((code) => `${code} is in the catalogue, but nothing throws it`),
  ]
}

export function errorsMarkdown(
  used: readonly UsedCode[],
  catalogue: Readonly<Record<string, string>> = ERROR_CODES,
): string {
  const lines = Object.entries(catalogue)
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([code, meaning]) => `| \`${code}\` | ${classesOf(code, used)} | ${meaning} |`)
  return `# Error codes

Every error has a code that stays the same from release to release. The class says what rowbridge does about it:

- \`RetriableError\`: the same work is tried again, after a pause.
- \`DataError\`: one record cannot be processed; \`errors.tolerance\` decides about it.
- \`ConfigError\`: a configuration cannot be used; the message names each key.
- \`StateError\`, \`ConnectError\`: the task or the command fails.

| code | class | meaning |
|---|---|---|
${lines.join('\n')}
`
}

function classesOf(code: string, used: readonly UsedCode[]): string {
  const classes = new Set(used.filter((each) => each.code === code).map(({ errorClass }) => errorClass))
  const named = [...classes].filter((name) => name !== null).toSorted()
  return named.length === 0 ? 'as the case asks' : named.map((name) => `\`${name}\``).join(', ')
}

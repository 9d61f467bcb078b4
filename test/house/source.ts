// Source files as the rules of the house see them: parsed once, with the facts the rules ask about.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

export interface Import {
  readonly specifier: string
  readonly line: number
  /** Gone after compilation. */
  readonly isTypeOnly: boolean
  /** Loaded when first used. */
  readonly isDynamic: boolean
}

/** A node of the syntax tree. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly [property: string]: unknown
}

export interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string
  /** Folder under `packages`, or null for other files. */
  readonly packageName: string | null
  readonly isTest: boolean
  readonly text: string
  readonly lines: number
  readonly program: SyntaxNode
  readonly imports: readonly Import[]
  lineOf(node: SyntaxNode): number
}

export function parseSource(path: string, text: string): SourceFile {
  const program = parseAst(text, { lang: 'ts' }, path) as unknown as SyntaxNode
  const lineOf = (node: SyntaxNode) => text.slice(0, node.start).split('\n').length
  return {
    path,
    packageName: /^packages\/([^/]+)\//.exec(path)?.[1] ?? null,
    isTest: path.endsWith('.test.ts') || !path.startsWith('packages/'),
    text,
    lines: text.trimEnd().split('\n').length,
    program,
    imports: [...importsOf(program, lineOf)],
    lineOf,
  }
}

function* importsOf(program: SyntaxNode, lineOf: (node: SyntaxNode) => number): Generator<Import> {
  for (const [node] of nodesOf(program)) {
    const specifier = isNode(node['source']) ? node['source']['value'] : undefined
    if (typeof specifier !== 'string') continue
    const isTypeOnly =
      node['importKind'] === 'type' || node['exportKind'] === 'type' || node.type.startsWith('TSImportType')
    yield { specifier, line: lineOf(node), isTypeOnly, isDynamic: node.type === 'ImportExpression' }
  }
}

/** Every node with its parent, in order of appearance. */
export function* nodesOf(
  node: SyntaxNode,
  parent: SyntaxNode | null = null,
): Generator<[SyntaxNode, SyntaxNode | null]> {
  yield [node, parent]
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child, node)
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

/** The name of an identifier node, or null. */
export function nameOf(node: unknown): string | null {
  return isNode(node) && node.type === 'Identifier' ? String(node['name']) : null
}

/** The value of a string literal node, or null. */
export function stringOf(node: unknown): string | null {
  return isNode(node) && node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : null
}

/** Every TypeScript file of the packages' sources and of the tests. */
export function readSources(root: string): SourceFile[] {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/src`)
  return [...packages, 'test']
    .flatMap((folder) => filesUnder(root, folder))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')))
}

function filesUnder(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === 'dist' || entry.name === 'node_modules' ? [] : filesUnder(root, path)
    return path.endsWith('.ts') && !path.endsWith('.d.ts') ? [path] : []
  })
}

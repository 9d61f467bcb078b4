// Rules about names, sizes and text of files, and about what packages say of themselves.
import { posix } from 'node:path'
import {
  ARROWS,
  DATABASE_NAME_FOLDERS,
  DATABASE_NAMES,
  FORBIDDEN_FILES,
  FORBIDDEN_NAMES,
  MOST_LINES,
  TEXT_FOR_PEOPLE,
  USUAL_LINES,
  USUAL_SHARE,
} from './table.js'
import type { Manifests } from './import-rules.js'
import { isNode, nameOf, nodesOf, stringOf, type SourceFile, type SyntaxNode } from './source.js'

/** Project references by folder under `packages`. */
export type References = Readonly<Record<string, readonly string[]>>

export function projectReferences(references: References): string[] {
  const folders = new Set([...Object.keys(ARROWS), ...Object.keys(references)])
  return [...folders].flatMap((folder) => {
    const wanted = ARROWS[folder]?.toSorted().join(', ')
    const found = references[folder]?.toSorted().join(', ')
    if (wanted === undefined) return [`packages/${folder} is not in the table of the house`]
    return wanted === found ? [] : [`packages/${folder}/tsconfig.json: references [${found}], not [${wanted}]`]
  })
}

export function declaredArrows(manifests: Manifests): string[] {
  const folders = new Map(Object.entries(manifests).map(([folder, { name }]) => [name, folder]))
  return Object.entries(manifests).flatMap(([folder, { dependencies }]) =>
    dependencies
      .flatMap((name) => folders.get(name) ?? [])
      .filter((target) => ARROWS[folder]?.includes(target) !== true)
      .map((target) => `packages/${folder}/package.json: ${folder} may not depend on ${target}`),
  )
}

export function databaseNames(files: readonly SourceFile[]): string[] {
  const folders = Object.keys(DATABASE_NAME_FOLDERS)
  return files
    .filter(({ path, isTest }) => !isTest && !folders.some((folder) => path.startsWith(folder)))
    .flatMap((file) => {
      const names = [...nodesOf(file.program)].filter(([node]) => DATABASE_NAMES.test(wordsOf(node)))
      const forPeople = rangesForPeople(file.program)
      return names
        .filter(([node]) => !forPeople.some(([start, end]) => start <= node.start && node.start < end))
        .map(([node]) => `${file.path}:${file.lineOf(node)}: ${wordsOf(node)} names a database`)
    })
}

function wordsOf(node: SyntaxNode): string {
  if (node.type === 'TemplateElement') return (node['value'] as { raw: string }).raw
  return nameOf(node) ?? stringOf(node) ?? ''
}

function rangesForPeople(program: SyntaxNode): [number, number][] {
  return [...nodesOf(program)]
    .filter(([node]) => node.type === 'Property' && TEXT_FOR_PEOPLE.includes(nameOf(node['key']) ?? ''))
    .map(([node]) => [node.start, Number(node['end'])])
}

export function fileNames(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path }) => {
    const words = path.replace(/(?:\.(?:test|bench))?\.ts$/, '').split('/')
    const isKebab = words.every((word) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(word))
    const empty = words.filter((word) => FORBIDDEN_FILES.includes(word))
    return [
      ...(isKebab ? [] : [`${path}: not in kebab-case`]),
      ...empty.map((word) => `${path}: "${word}" says nothing about what is in it`),
    ]
  })
}

export function barrels(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path, packageName }) => packageName !== null && path !== `packages/${packageName}/src/index.ts`)
    .filter(({ path, program }) => posix.basename(path) === 'index.ts' || reexportsAll(program))
    .map(({ path }) => `${path}: a second face of its package`)
}

function reexportsAll(program: SyntaxNode): boolean {
  const body = (program['body'] as unknown[]).filter(isNode)
  return body.some(({ type }) => type === 'ExportAllDeclaration')
}

export function sizes(files: readonly SourceFile[]): string[] {
  const inPackages = files.filter(({ packageName }) => packageName !== null)
  const tooLong = files.filter(({ lines }) => lines > MOST_LINES).map(({ path, lines }) => `${path}: ${lines} lines`)
  const long = inPackages.filter(({ lines }) => lines > USUAL_LINES)
  if (inPackages.length - long.length >= inPackages.length * USUAL_SHARE) return tooLong
  return [...tooLong, ...long.map(({ path, lines }) => `${path}: ${lines} lines, as too many files have`)]
}

const DECLARATIONS = [
  'ClassDeclaration',
  'FunctionDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'VariableDeclarator',
]

export function emptyNames(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    [...nodesOf(file.program)]
      .filter(([node]) => DECLARATIONS.includes(node.type) && FORBIDDEN_NAMES.test(nameOf(node['id']) ?? ''))
      .map(([node]) => `${file.path}:${file.lineOf(node)}: ${nameOf(node['id'])} says nothing`),
  )
}

/** One to three lines that say what the file is for. Tests say it in their titles. */
export function openings(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path, text }) => !path.endsWith('.test.ts') && !/^(?:#!.*\n)?(?:\/\/|\/\*)/.test(text))
    .map(({ path }) => `${path}: does not open with what it is for`)
}

const RUNNERS = ['it', 'test', 'describe']

/** A test that only passes when tried again does not pass. */
export function retries(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path.endsWith('.test.ts'))
    .flatMap((file) =>
      [...nodesOf(file.program)]
        .filter(([node]) => node.type === 'CallExpression' && RUNNERS.includes(calleeOf(node)))
        .filter(([node]) => (node['arguments'] as SyntaxNode[]).some(hasRetry))
        .map(([node]) => `${file.path}:${file.lineOf(node)}: tries a test again`),
    )
}

/** The first word of what is called: `it` of `it.each(cases)(…)`. */
function calleeOf(node: unknown): string {
  if (!isNode(node)) return ''
  return nameOf(node) ?? calleeOf(node['callee'] ?? node['object'])
}

function hasRetry(node: SyntaxNode): boolean {
  if (node.type !== 'ObjectExpression') return false
  return (node['properties'] as SyntaxNode[]).some((property) => nameOf(property['key']) === 'retry')
}

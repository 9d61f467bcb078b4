// Rules about imports. Each takes the sources and gives its complaints, `path:line: what`; none is bent by a comment.
import { posix } from 'node:path'
import { ARROWS, DRIVER_FOLDERS, DRIVERS } from './table.js'
import type { Import, SourceFile } from './source.js'

/** What a package's `package.json` says about itself. */
export interface Manifest {
  readonly name: string
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
}
/** By folder under `packages`; `''` is the workspace's own. */
export type Manifests = Readonly<Record<string, Manifest>>

type Complaint = (file: SourceFile, each: Import) => string | null

/** Files within the packages, each import judged by itself. */
function complaints(files: readonly SourceFile[], judge: Complaint): string[] {
  return files
    .filter((file) => file.packageName !== null)
    .flatMap((file) =>
      file.imports.flatMap((each) => {
        const complaint = judge(file, each)
        return complaint === null ? [] : [`${file.path}:${each.line}: ${complaint}`]
      }),
    )
}

/** `@scope/name` or `name` of a bare specifier; null for relative ones and Node's own. */
function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return null
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

export function arrows(files: readonly SourceFile[], manifests: Manifests): string[] {
  const folders = new Map(Object.entries(manifests).map(([folder, { name }]) => [name, folder]))
  return complaints(files, ({ packageName }, { specifier }) => {
    const target = folders.get(packageOf(specifier) ?? '')
    if (packageName === null || target === undefined || target === packageName) return null
    return ARROWS[packageName]?.includes(target) === true ? null : `${packageName} may not import ${target}`
  })
}

export function undeclared(files: readonly SourceFile[], manifests: Manifests): string[] {
  return complaints(files, ({ packageName, isTest }, { specifier }) => {
    const name = packageOf(specifier)
    const own = manifests[packageName ?? '']
    if (name === null || own === undefined || name === own.name || own.dependencies.includes(name)) return null
    const forTests = [...own.devDependencies, ...(manifests['']?.devDependencies ?? [])]
    return isTest && forTests.includes(name) ? null : `${name} is not a dependency of ${own.name}`
  })
}

export function drivers(files: readonly SourceFile[]): string[] {
  return complaints(files, ({ path, isTest }, { specifier }) => {
    const isAllowed = isTest || DRIVER_FOLDERS.some((folder) => path.startsWith(folder))
    return isAllowed || !DRIVERS.includes(packageOf(specifier) ?? '') ? null : `${specifier} belongs into a dialect`
  })
}

export function climbing(files: readonly SourceFile[]): string[] {
  return complaints(files, ({ path, packageName }, { specifier }) => {
    if (!specifier.startsWith('.')) return null
    const target = posix.join(posix.dirname(path), specifier)
    return target.startsWith(`packages/${packageName}/src/`) ? null : `${specifier} climbs out of the package's sources`
  })
}

export function ownIndex(files: readonly SourceFile[], manifests: Manifests): string[] {
  return complaints(files, ({ path, packageName }, { specifier }) => {
    const isOwnName = packageOf(specifier) === manifests[packageName ?? '']?.name
    const target = posix.join(posix.dirname(path), specifier)
    const isIndex = specifier.startsWith('.') && target === `packages/${packageName}/src/index.js`
    return isOwnName || isIndex ? `${specifier} is the package's own face` : null
  })
}

/** Circles of imports that are there at run time, each named once by its files. */
export function cycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(files.map((file) => [file.path, targetsOf(file)]))
  const found = new Map<string, string>()
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at !== -1) {
      const circle = trail.slice(at)
      found.set(circle.toSorted().join(), [...circle, path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return [...found.values()]
}

function targetsOf({ path, imports }: SourceFile): string[] {
  return imports
    .filter(({ isTypeOnly, isDynamic, specifier }) => !isTypeOnly && !isDynamic && specifier.startsWith('.'))
    .map(({ specifier }) => posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts'))
}

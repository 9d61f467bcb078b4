// What the packages' own files say: dependencies and project references.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Manifest, Manifests } from './import-rules.js'
import type { References } from './shape-rules.js'

/** The folder of the whole workspace, from the source of this file as from its compiled form. */
export const ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)))

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package-lock.json')) ? folder : rootAbove(dirname(folder))
}

export function packageFolders(): string[] {
  return readdirSync(join(ROOT, 'packages')).filter((name) => existsSync(join(ROOT, 'packages', name, 'package.json')))
}

export function readManifests(): Manifests {
  return Object.fromEntries(['', ...packageFolders()].map((folder) => [folder, readManifest(folder)]))
}

function readManifest(folder: string): Manifest {
  const place = folder === '' ? ROOT : join(ROOT, 'packages', folder)
  const json = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Record<string, unknown>
  const names = (key: string) => Object.keys(json[key] ?? {})
  return {
    name: String(json['name']),
    dependencies: [...names('dependencies'), ...names('peerDependencies'), ...names('optionalDependencies')],
    devDependencies: names('devDependencies'),
  }
}

export function readReferences(): References {
  return Object.fromEntries(
    packageFolders().map((folder) => {
      const text = readFileSync(join(ROOT, 'packages', folder, 'tsconfig.json'), 'utf8')
      const { references } = JSON.parse(text) as { references?: { path: string }[] }
      return [folder, (references ?? []).map(({ path }) => path.replace('../', ''))]
    }),
  )
}

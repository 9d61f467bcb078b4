// The containers' files, checked for what would only show when they are started: every name in them leads somewhere.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from './house/workspace.js'

interface Service {
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: object
  readonly build?: string
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
}
const services = Object.entries(compose.services)
const dockerfile = read('Dockerfile')

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Where the image finds a file of this workspace. */
function inWorkspace(path: string): string {
  return path.replace(/^\/app\//, '').replace(/\/dist\/(.*)\.js$/, '/src/$1.ts')
}

it('every service waits for services that exist and can become healthy', () => {
  const waits = services.flatMap(([, { depends_on: others = {} }]) => Object.entries(others))
  expect(waits.length).toBeGreaterThan(0)
  const vain = waits.filter(
    ([name, { condition }]) =>
      compose.services[name] === undefined ||
      (condition === 'service_healthy' && compose.services[name].healthcheck === undefined),
  )
  expect(vain).toEqual([])
})

it('every volume is declared, and every folder or file put into a container exists', () => {
  const sources = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''))
  const paths = sources.filter((source) => source.startsWith('./'))
  expect(paths.length).toBeGreaterThan(0)
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  expect(sources.filter((source) => !source.startsWith('./') && !(source in compose.volumes))).toEqual([])
})

it('the files named in commands are there', () => {
  const mounted = new Map([['/config/', 'examples/mariadb-to-postgresql/']])
  const named = services
    .flatMap(([, { command = [], entrypoint = [] }]) => [...command, ...entrypoint])
    .filter((word) => word.startsWith('/'))
    .map((word) => [...mounted].reduce((path, [inside, outside]) => path.replace(inside, outside), inWorkspace(word)))
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

it.each(['worker.properties', 'source.properties', 'sink.json'])('the hosts in %s are services', (file) => {
  const text = read(`examples/mariadb-to-postgresql/${file}`)
  const hosts = [...text.matchAll(/(?:jdbc:[a-z]+:\/\/|bootstrap\.servers=)([a-z]+):\d+/g)].map(([, host]) => host)
  expect(hosts.length).toBeGreaterThan(0)
  expect(hosts.filter((host) => compose.services[host ?? ''] === undefined)).toEqual([])
})

it('the connectors and the order service log in with the passwords the servers are given', () => {
  const { mariadb, postgresql, orders } = compose.services
  const given = {
    source: mariadb?.environment?.['MARIADB_ROOT_PASSWORD'],
    sink: postgresql?.environment?.['POSTGRES_PASSWORD'],
  }
  const source = /^connection\.password=(.*)$/m.exec(read('examples/mariadb-to-postgresql/source.properties'))
  const sink = JSON.parse(read('examples/mariadb-to-postgresql/sink.json')) as { config: Record<string, string> }
  expect({ source: source?.[1], sink: sink.config['connection.password'] }).toEqual(given)
  expect({
    source: orders?.environment?.['ORDERS_PASSWORD'],
    sink: orders?.environment?.['SYNC_PASSWORD'],
  }).toEqual(given)
})

it('the image starts the command of this workspace, not as the superuser', () => {
  const linked = /ln -s (\S+) \/usr\/local\/bin\/rowbridge/.exec(dockerfile)?.[1] ?? ''
  expect(existsSync(join(ROOT, inWorkspace(linked)))).toBe(true)
  expect(dockerfile).toMatch(/^USER node$/m)
  expect(dockerfile).toMatch(/^ENTRYPOINT \["rowbridge"\]$/m)
})

it('the projects the image builds exist', () => {
  const projects = /tsc -b (.*)/.exec(dockerfile)?.[1]?.split(' ') ?? []
  expect(projects.length).toBeGreaterThan(0)
  expect(projects.filter((project) => !existsSync(join(ROOT, project, 'tsconfig.json')))).toEqual([])
})

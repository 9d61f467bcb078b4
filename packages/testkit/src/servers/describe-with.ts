// A describe block that needs servers. Without one of them its tests are skipped, and the run counts them under the server's name;
// where servers are required, it fails.
import { afterAll, describe, it } from 'vitest'
import { server } from './ask.js'
import { addressAt } from './support.js'
import type { DatabaseServer, KafkaServer, Mortal, ServerKind, Servers } from './server.js'

/** What a block can ask for: servers shared by the run, and servers of its own that it may kill. */
export interface Wanted extends Servers {
  readonly privateMariadb: DatabaseServer & Mortal
  readonly privatePostgresql: DatabaseServer & Mortal
  readonly privateKafka: KafkaServer & Mortal
}
type WantedName = keyof Wanted

const PRIVATE = {
  privateMariadb: 'mariadb',
  privatePostgresql: 'postgresql',
  privateKafka: 'kafka',
} as const satisfies Partial<Record<WantedName, ServerKind>>

/** Title of the inner block of skipped tests; the run's report counts by it. */
const SKIPPED_WITHOUT = 'skipped for want of '

/**
 * ```ts
 * describeWith(['mariadb', 'kafka'], 'a restarted worker', ({ mariadb, kafka }) => {
 *   it('resumes after the last acked batch', async () => {
 *     await using db = await mariadb.database()
 * ```
 * Servers that cannot be had are stand-ins with empty addresses while the skipped tests are collected; `database()` rejects.
 */
export function describeWith<const K extends WantedName>(
  names: readonly K[],
  title: string,
  body: (servers: Pick<Wanted, K>) => void | Promise<void>,
): void {
  describe(title, async () => {
    const asked = await Promise.all(names.map(async (name) => ({ name, ...(await attempt(name)) })))
    const servers = Object.fromEntries(asked.map(({ name, got }) => [name, got ?? standIn(name)])) as Pick<Wanted, K>
    const missing = asked.filter(({ got }) => got === null)
    afterAll(async () => {
      for (const { got } of asked) await got?.[Symbol.asyncDispose]()
    })
    if (missing.length === 0) return body(servers)
    process.stderr.write(`${missing.map(({ name, problem }) => `There is no ${name}: ${problem}`).join('\n')}\n`)
    if (isRequired()) {
      it(`finds ${missing.map(({ name }) => name).join(' and ')}`, () => {
        throw new Error(missing.map(({ problem }) => problem).join('\n'))
      })
    }
    describe.skip(`${SKIPPED_WITHOUT}${missing.map(({ name }) => name).join(', ')}`, () => body(servers))
  })
}

/** Servers are required where nobody would notice a skip. */
function isRequired(): boolean {
  return process.env['ROWBRIDGE_REQUIRE_SERVERS'] === '1' || process.env['CI'] === 'true'
}

async function attempt(name: WantedName): Promise<{ got: Wanted[WantedName] | null; problem: string }> {
  try {
    return { got: await request(name), problem: '' }
  } catch (error) {
    return { got: null, problem: error instanceof Error ? error.message : String(error) }
  }
}

function request(name: WantedName): Promise<Wanted[WantedName]> {
  return isPrivate(name) ? server(PRIVATE[name], { isPrivate: true }) : server(name)
}

function isPrivate(name: WantedName): name is keyof typeof PRIVATE {
  return name in PRIVATE
}

function standIn(name: WantedName): object {
  const absent = () => Promise.reject(new Error(`There is no ${name} server here.`))
  const address = addressAt(isPrivate(name) ? PRIVATE[name] : name, { host: '', port: 0 }, 'nothing')
  return { ...address, bootstrap: '', database: absent, kill: absent, restart: absent }
}

// A worker that is told to stop while a server does not answer: it ends in time, and of itself.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { describeWith, waitFor, type TestDatabase } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { startRowbridge, Workplace } from './command.js'

/** Much longer than a stop takes, and much shorter than what it would wait for before it gives a task up. */
const STOP_MS = 20_000
const PATIENT = 'task.shutdown.graceful.timeout.ms=60000'

/** Passes bytes on until it is told to hold them back, as a server does whose machine hangs. */
class Hanging implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #hangs: boolean
  accepted = 0
  /** Bytes held back. */
  held = 0

  private constructor(to: TestDatabase, hangs: boolean) {
    this.#hangs = hangs
    this.#server = createServer((near) => {
      this.accepted += 1
      const far = connect(to.port, to.host)
      this.#pass(near, far)
      this.#pass(far, near)
    })
  }

  static async before(to: TestDatabase, hangs: boolean): Promise<Hanging> {
    const hanging = new Hanging(to, hangs)
    hanging.#server.listen(0, '127.0.0.1')
    await once(hanging.#server, 'listening')
    return hanging
  }

  urlOf(db: TestDatabase): string {
    return db.jdbcUrl.replace(`${db.host}:${db.port}`, `127.0.0.1:${(this.#server.address() as AddressInfo).port}`)
  }

  hang(): void {
    this.#hangs = true
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    return Promise.resolve()
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.on('data', (bytes) => {
      if (this.#hangs) this.held += bytes.length
      else to.write(bytes)
    })
    from.on('error', () => undefined)
    from.on('close', () => to.destroy())
  }
}

function source(url: string, db: TestDatabase): string {
  const config = {
    'connector.class': 'JdbcSource',
    'connection.url': url,
    'connection.user': db.user,
    'connection.password': db.password,
    'table.whitelist': 'numbers',
    mode: 'incrementing',
    'incrementing.column.name': 'id',
    'topic.prefix': 'x-',
    'poll.interval.ms': '20',
  }
  return JSON.stringify({ name: 'src', config })
}

describeWith(['mariadb', 'postgresql'], 'a worker that is told to stop', (servers) => {
  it.each(['mariadb', 'postgresql'] as const)('while a connector waits for its %s ends at once', async (kind) => {
    await using db = await servers[kind].database()
    await using hanging = await Hanging.before(db, true)
    await using place = await Workplace.open()
    const file = await place.file('src.json', source(hanging.urlOf(db), db))
    const worker = startRowbridge(['standalone', await place.workerFile(PATIENT), file])
    await waitFor('a connection', () => hanging.accepted > 0)
    const start = Date.now()
    worker.process.kill('SIGTERM')
    const { code, stdout } = await worker.ended
    expect(stdout).toContain('Stopped')
    expect(stdout).not.toContain('ERROR')
    expect(code).toBe(0)
    expect(Date.now() - start).toBeLessThan(STOP_MS)
  })

  it.each(['mariadb', 'postgresql'] as const)('while %s hangs gives up no task', async (kind) => {
    await using db = await servers[kind].database()
    await db.query('create table numbers(id bigint primary key)')
    await db.query('insert into numbers values (1)')
    await using hanging = await Hanging.before(db, false)
    await using place = await Workplace.open()
    const worker = await place.worker(
      await place.workerFile(PATIENT),
      await place.file('src.json', source(hanging.urlOf(db), db)),
    )
    await waitFor('a stored offset', async () => {
      const answer = await fetch(`${place.url}/connectors/src/offsets`)
      return ((await answer.json()) as { offsets: unknown[] }).offsets.length === 1
    })
    hanging.hang()
    await waitFor('a read that hangs', () => hanging.held > 0)
    const start = Date.now()
    worker.process.kill('SIGTERM')
    const { code, stdout } = await worker.ended
    expect(stdout).not.toContain('given up')
    expect(code).toBe(0)
    expect(Date.now() - start).toBeLessThan(STOP_MS)
  })
})

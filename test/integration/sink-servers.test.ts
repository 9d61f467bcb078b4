// What the sink does on one kind of server alone, or needs a second connection for.
import { arrayOf, primitive, type RecordBatch } from '@rowbridge/api'
import { openDatabase, type Database } from '@rowbridge/sql'
import { describeWith, waitFor } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { startSink, type Sink } from '../jdbc/drive.js'
import { rowsOf, serverPlace, type OpenPlace, type Place } from '../jdbc/place.js'
import { INT, plain, TEXT, unkeyed, valueSchema } from '../jdbc/records.js'
import { AUTO, BY_VALUE } from '../jdbc/sink-configs.js'

function otherConnection({ props }: Place): Promise<Database> {
  const { 'connection.url': url = '', 'connection.user': user = null, 'connection.password': password = null } = props
  return openDatabase({ url, user, password })
}

/** Runs `work` while another connection has the rows of table t locked. */
async function whileLocked(place: Place, work: () => Promise<void>): Promise<void> {
  const other = await otherConnection(place)
  try {
    const table = await other.describe(other.parseTable('t'))
    if (table === null) throw new Error('There is no table t')
    const columns = [
      { name: 'id', schema: INT, isKey: true },
      { name: 'name', schema: TEXT, isKey: false },
    ]
    await other.transaction(async () => {
      await other.writer({ mode: 'update', table, columns }).write([[1, 'locked']])
      await work()
    })
  } finally {
    await other.close()
  }
}

function retrySuite(open: OpenPlace, impatient: Record<string, string>): void {
  it('94: a put that fails for now is tried 1 + max.retries times, then it fails the task', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))')
    await place.query("INSERT INTO t VALUES (1, 'a')")
    const props = { ...BY_VALUE, ...impatient, 'max.retries': '2', 'retry.backoff.ms': '1' }
    await using sink = await startSink(place, props)
    const put = () => sink.put(unkeyed('t', [{ id: 1, name: 'b' }]))
    await whileLocked(place, async () => {
      await expect(put()).rejects.toMatchObject({ code: 'retries-exhausted' })
    })
    expect(sink.journal.warnings.filter((line) => line.includes('Writing failed'))).toHaveLength(2)
    await put()
    expect(await rowsOf(place)).toEqual([[1, 'b']])
  })

  it('94: a put that succeeds at a later try has failed nothing', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))')
    await place.query("INSERT INTO t VALUES (1, 'a')")
    await using sink = await startSink(place, { ...BY_VALUE, ...impatient, 'max.retries': '1000' })
    let written: Promise<void> = Promise.resolve()
    await whileLocked(place, async () => {
      written = sink.put(unkeyed('t', [{ id: 1, name: 'b' }]))
      await waitFor('a first try that fails', () => sink.journal.warnings.length > 0)
    })
    await written
    expect(await rowsOf(place)).toEqual([[1, 'b']])
  })

  it('four tasks that make and widen one table at once all write', async () => {
    await using place = await open()
    const tasks = await Promise.all(Array.from({ length: 4 }, () => startSink(place, BY_VALUE)))
    const each = (work: (sink: Sink, i: number) => RecordBatch) =>
      Promise.all(tasks.map((sink, i) => sink.put(work(sink, i))))
    try {
      await each((_sink, i) => unkeyed('t', [{ id: i, name: 'a' }]))
      await each((_sink, i) => {
        const schema = valueSchema({ id: INT, name: TEXT, [`own_${i}`]: TEXT, shared: TEXT })
        return unkeyed('t', [{ id: 10 + i, [`own_${i}`]: 'x', shared: 'y' }], schema)
      })
      const [{ n } = {}] = await place.query(
        "SELECT count(*) AS n FROM t WHERE shared = 'y' AND 'x' IN (own_0, own_1, own_2, own_3)",
      )
      expect(Number(n)).toBe(4)
    } finally {
      for (const sink of tasks) await sink[Symbol.asyncDispose]()
    }
  })
}

describeWith(['mariadb'], 'the sink with MariaDB', ({ mariadb }) => {
  retrySuite(() => serverPlace(mariadb), { 'connection.sessionVariables': 'innodb_lock_wait_timeout=1' })

  it('widens a column without losing its charset, default and comment', async () => {
    await using place = await serverPlace(mariadb)
    await place.query(
      "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'd' COMMENT 'it''s NOT NULL')",
    )
    await using sink = await startSink(place, { ...BY_VALUE, 'evolve.mode': 'widen' })
    const schema = valueSchema({ id: INT, v: primitive('string') })
    await sink.put(plain('t', schema, [[1, 'longer than five']]))
    const [row = {}] = await place.query('SHOW CREATE TABLE t')
    expect(String(row['Create Table'] as string)).toContain(
      "`v` varchar(16) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'd' COMMENT 'it''s NOT NULL'",
    )
  })
})

describeWith(['postgresql'], 'the sink with PostgreSQL', ({ postgresql }) => {
  retrySuite(() => serverPlace(postgresql), { 'connection.options': '-c lock_timeout=50' })

  it('93: a partitioned table is written where table.types has it, and else told', async () => {
    await using place = await serverPlace(postgresql)
    await place.query('CREATE TABLE t (id INT, name TEXT, PRIMARY KEY (id)) PARTITION BY RANGE (id)')
    await place.query('CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10)')
    await using plainSink = await startSink(place, BY_VALUE)
    const record = unkeyed('t', [{ id: 1, name: 'a' }])
    await expect(plainSink.put(record)).rejects.toThrow(/is a partitioned table, and table\.types is TABLE/)
    await using sink = await startSink(place, { ...BY_VALUE, 'table.types': 'PARTITIONED TABLE' })
    await sink.put(record)
    expect(await rowsOf(place, 't1')).toEqual([[1, 'a']])
  })

  it('104: an array has an array for its default', async () => {
    await using place = await serverPlace(postgresql)
    await using sink = await startSink(place, AUTO)
    const list = arrayOf(primitive('string'), { optional: true, default: ['a', "b'c"] })
    await sink.put(plain('t', valueSchema({ id: INT, list }), [[1, ['x']]]))
    await place.query('INSERT INTO t (id) VALUES (2)')
    const rows = await place.query('SELECT list FROM t ORDER BY id')
    expect(rows.map((row) => row['list'])).toEqual([['x'], ['a', "b'c"]])
  })

  it('plain JSON goes into columns of JSON and of arrays as what it is', async () => {
    await using place = await serverPlace(postgresql)
    await place.query('CREATE TABLE t (id INT PRIMARY KEY, j JSONB, a INT[], s TEXT[])')
    await using sink = await startSink(place, BY_VALUE)
    const values = [
      { id: 1, j: 'text', a: [1, null, 2], s: ['a,"b"', null] },
      { id: 2, j: 5, a: [], s: ['NULL'] },
      { id: 3, j: { deep: [true] }, a: null },
    ]
    await sink.put(plain('t', null, values))
    expect((await place.query('SELECT j, a, s FROM t ORDER BY id')).map((row) => Object.values(row))).toEqual([
      ['text', [1, null, 2], ['a,"b"', null]],
      [5, [], ['NULL']],
      [{ deep: [true] }, null, null],
    ])
  })

  it('keys of uuid are updated and deleted by their text', async () => {
    await using place = await serverPlace(postgresql)
    await place.query('CREATE TABLE t (id UUID PRIMARY KEY, name TEXT)')
    const key = { schema: primitive('string'), values: ['6f1c0a3e-0000-4000-8000-00000000000a'] }
    const props = { 'pk.mode': 'record_key', 'pk.fields': 'id', 'delete.enabled': 'true' }
    await using sink = await startSink(place, { ...AUTO, ...props, 'insert.mode': 'upsert' })
    const named = valueSchema({ name: TEXT })
    await sink.put({ ...plain('t', named, [['a']]), key })
    await using updates = await startSink(place, { ...AUTO, ...props, 'insert.mode': 'update' })
    await updates.put({ ...plain('t', named, [['b']]), key })
    expect(await place.query('SELECT name FROM t')).toEqual([{ name: 'b' }])
    await sink.put({ ...plain('t', null, [null]), key })
    expect(await rowsOf(place)).toEqual([])
  })
})

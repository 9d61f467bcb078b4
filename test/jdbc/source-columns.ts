// Keys of records, and columns that are left out or masked before they leave the database, on any database.
import { createHash } from 'node:crypto'
import { objectOf, primitive, stringifyJson, type SourceBatch } from '@rowbridge/api'
import { expect, test } from 'vitest'
import { startConnector, startSink, startSource, sourceProps, type Source } from './drive.js'
import { rowsOf, type OpenPlace, type Place } from './place.js'
import { BY_ID } from './source-tables.js'

const SALT = "s'alt\\"
const hashOf = (value: string | Uint8Array, salt = '') => createHash('sha256').update(salt).update(value).digest('hex')

async function people(open: OpenPlace): Promise<Place> {
  const place = await open()
  const bytes = place.kind === 'postgresql' ? 'BYTEA' : 'BLOB'
  await place.query(
    `CREATE TABLE t (id ${place.autoId}, email VARCHAR(80) NOT NULL, phone VARCHAR(20), age INT, raw ${bytes})`,
  )
  const raw = place.kind === 'postgresql' ? "'\\x00ff'" : "x'00ff'"
  await place.query(`INSERT INTO t (email, phone, age, raw) VALUES ('zoë@x.org', NULL, 41, ${raw})`)
  await place.query(`INSERT INTO t (email, phone, age, raw) VALUES ('b@x.org', '123', NULL, NULL)`)
  return place
}

const NONE = primitive('string')
const fieldsOf = (batch: SourceBatch | undefined) => batch?.value.schema?.fields.map((field) => field.name)
const keysOf = (source: Source) =>
  source.batches.flatMap(({ key }) =>
    key?.schema ? key.values.map((row) => objectOf(key.schema ?? NONE, row as unknown[])) : [],
  )

export function columnsSuite(open: OpenPlace): void {
  keySuite(open)
  choiceSuite(open)
  maskSuite(open)
  changeSuite(open)
}

function keySuite(open: OpenPlace): void {
  test('key.mode=primary_key makes a struct of the primary key, in its order, with its types', async () => {
    await using place = await open()
    await place.query('CREATE TABLE t (v INT, b VARCHAR(9) NOT NULL, a BIGINT NOT NULL, PRIMARY KEY (a, b))')
    await place.query("INSERT INTO t VALUES (1, 'x', 7), (2, 'y', 8)")
    await using source = await startSource(place, {
      ...BY_ID,
      'incrementing.column.name': 'a',
      'key.mode': 'primary_key',
    })
    await source.take(2)
    const schema = source.batches[0]?.key?.schema
    expect(schema).toMatchObject({ type: 'struct', name: 't.Key', optional: false })
    expect(schema?.fields.map((field) => [field.name, field.schema.type, field.schema.optional])).toEqual([
      ['a', 'int64', false],
      ['b', 'string', false],
    ])
    expect(keysOf(source)).toEqual([
      { a: 7, b: 'x' },
      { a: 8, b: 'y' },
    ])
  })

  test('key.mode=columns makes a key of these, by the spelling of the table, also of a query', async () => {
    await using place = await people(open)
    await using table = await startSource(place, { ...BY_ID, 'key.mode': 'columns: PHONE , email' })
    const query = { mode: 'bulk', query: 'SELECT age, email FROM t WHERE age > 1', 'topic.prefix': 'q' }
    await using result = await startSource(place, { ...query, 'key.mode': 'columns:email' })
    await table.take(2)
    await result.take(1)
    expect(keysOf(table)).toEqual([
      { phone: null, email: 'zoë@x.org' },
      { phone: '123', email: 'b@x.org' },
    ])
    expect(result.batches[0]?.key?.schema?.name).toBeNull()
    expect(keysOf(result)[0]).toEqual({ email: 'zoë@x.org' })
  })

  test('a sink with pk.mode=record_key makes its table by the key, and finds its rows by it', async () => {
    await using origin = await people(open)
    await using target = await open()
    await using source = await startSource(origin, { ...BY_ID, 'key.mode': 'primary_key' })
    await source.take(2)
    const byKey = { 'insert.mode': 'upsert', 'pk.mode': 'record_key', 'auto.create': 'true', 'delete.enabled': 'true' }
    await using sink = await startSink(target, { ...byKey, 'table.name.format': 't' })
    await sink.put(...source.batches)
    await sink.put(...source.batches)
    expect((await rowsOf(target)).map(([id]) => id)).toEqual([1, 2])
    for (const batch of source.batches) {
      await sink.put({ ...batch, value: { schema: null, values: batch.value.values.map(() => null) } })
    }
    expect(await rowsOf(target)).toEqual([])
  })

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a table without a primary key',
      { 'key.mode': 'primary_key', 'table.whitelist': 'bare' },
      /bare has no primary key/,
    ],
    ['a column that does not exist', { 'key.mode': 'columns:nope' }, /t has no column nope/],
    [
      'a column that is left out',
      { 'key.mode': 'columns:email', 'columns.exclude.list': 'email' },
      /t\.email is left out/,
    ],
    ['a column that is masked', { 'key.mode': 'columns:email', 'columns.mask.hash': 'email' }, /t\.email is masked/],
    ['a growing column that is left out', { 'columns.include.list': 'email' }, /t\.id is left out/],
    ['a growing column that is masked', { 'columns.mask.with': 'id:0' }, /t\.id is masked/],
    ['no column at all', { 'columns.include.list': 'nope' }, /t\.id is left out/],
    ['two masks', { 'columns.mask.with': 'email:x', 'columns.mask.hash': 'email' }, /email is masked in two ways/],
  ])('%s is refused at validation and at start, on its key', async (_what, props, message) => {
    await using place = await people(open)
    await place.query('CREATE TABLE bare (id INT NOT NULL)')
    const own = { ...BY_ID, ...props }
    await expect(startSource(place, own)).rejects.toThrow(message)
    await using started = await startConnector(place, BY_ID)
    const problems = await started.connector.validate?.(sourceProps(place, own))
    expect(problems?.[0]?.message).toMatch(message)
    expect(Object.keys(props)).toContain(problems?.at(-1)?.key)
  })
}

function choiceSuite(open: OpenPlace): void {
  test.each<[string, (table: string) => Record<string, string>, string[]]>([
    ['an include list of bare names', () => ({ 'columns.include.list': 'id, phone' }), ['id', 'phone']],
    ['an exclude list of bare names', () => ({ 'columns.exclude.list': 'email,raw' }), ['id', 'phone', 'age']],
    [
      'an exclude list of table and column',
      () => ({ 'columns.exclude.list': 't\\.(?:email|raw)' }),
      ['id', 'phone', 'age'],
    ],
    [
      'an exclude list of whole names',
      (t) => ({ 'columns.exclude.list': `${t}\\.(raw|age)` }),
      ['id', 'email', 'phone'],
    ],
    ['an exclude list over all tables', () => ({ 'columns.exclude.list': '.*\\.(raw|age)' }), ['id', 'email', 'phone']],
    [
      'an exclude list that takes from an include list',
      () => ({ 'columns.include.list': '.*', 'columns.exclude.list': '(?i)EMAIL,.*a.*' }),
      ['id', 'phone'],
    ],
  ])('%s chooses the columns', async (_what, props, expected) => {
    await using place = await people(open)
    await using source = await startSource(place, { ...BY_ID, ...props(place.fullName('t').replace('.', '\\.')) })
    await source.take(2)
    expect(fieldsOf(source.batches[0])).toEqual(expected)
  })

  test('the columns of a query are chosen too, with its growing column', async () => {
    await using place = await people(open)
    const query = { mode: 'incrementing', 'incrementing.column.name': 'id', query: 'SELECT * FROM t -- all' }
    const columns = { 'columns.exclude.list': 'raw,query\\.age', 'columns.mask.with': 'email:-' }
    await using source = await startSource(place, { ...query, ...columns, 'topic.prefix': 'q' })
    expect((await source.take(2)).map(({ value }) => value)).toEqual([
      { id: 1, email: '-', phone: null },
      { id: 2, email: '-', phone: '123' },
    ])
    expect(await source.poll()).toBe(false)
  })

  test('an entry that fits no column is told once, for all tables together', async () => {
    await using place = await people(open)
    await place.query(`CREATE TABLE u (id ${place.autoId}, secret INT)`)
    const lists = { 'columns.exclude.list': 'phon,t\\.raw,u\\.secret', 'columns.mask.with': 'pass.*:x' }
    await using started = await startConnector(place, { ...BY_ID, 'table.whitelist': 't,u', ...lists })
    await started.connector.taskConfigs(2)
    await started.connector.taskConfigs(2)
    expect(started.journal.warnings).toEqual([
      expect.stringMatching(/^columns\.exclude\.list: phon fits no column/),
      expect.stringMatching(/^columns\.mask\.with: pass\.\*:x fits no column/),
    ])
  })
}

function maskSuite(open: OpenPlace): void {
  test('columns.mask.hash hands out the same digest for the same text in every database, and leaves null', async () => {
    await using place = await people(open)
    const masks = { 'columns.mask.hash': 'email,phone,age,raw', 'columns.mask.hash.salt': SALT }
    await using source = await startSource(place, { ...BY_ID, ...masks })
    const told = await source.take(2)
    expect(told.map(({ value }) => value)).toEqual([
      {
        id: 1,
        email: hashOf('zoë@x.org', SALT),
        phone: null,
        age: hashOf('41', SALT),
        raw: hashOf(Buffer.from([0, 255]), SALT),
      },
      { id: 2, email: hashOf('b@x.org', SALT), phone: hashOf('123', SALT), age: null, raw: null },
    ])
    const types = source.batches[0]?.value.schema?.fields.map(({ schema }) => `${schema.type} ${schema.optional}`)
    expect(types).toEqual(['int64 false', ...Array.from({ length: 4 }, () => 'string true')])
  })

  test('without a salt it is the digest of the value alone', async () => {
    await using place = await people(open)
    await using source = await startSource(place, {
      ...BY_ID,
      'columns.mask.hash': 'email',
      'columns.include.list': 'id,email',
    })
    expect((await source.take(1))[0]?.value).toEqual({ id: 1, email: hashOf('zoë@x.org') })
  })

  test('columns.mask.with hands out a text, whatever it holds, and leaves null', async () => {
    await using place = await people(open)
    const masks = { 'columns.mask.with': 'email:it\'s \\ "x" ?,phone:,age:***', 'columns.exclude.list': 'raw' }
    await using source = await startSource(place, { ...BY_ID, ...masks })
    expect((await source.take(2)).map(({ value }) => value)).toEqual([
      { id: 1, email: 'it\'s \\ "x" ?', phone: null, age: '***' },
      { id: 2, email: 'it\'s \\ "x" ?', phone: '', age: null },
    ])
  })

  test('what is left out or masked is in no statement’s result, bulk mode included', async () => {
    await using place = await people(open)
    const columns = { 'columns.exclude.list': 'email', 'columns.mask.with': 'phone:x,raw:y' }
    await using source = await startSource(place, { mode: 'bulk', 'table.whitelist': 't', ...columns })
    const told = await source.take(2)
    expect(stringifyJson(told.map(({ value }) => value) as never)).not.toMatch(/x\.org|123/)
  })
}

function changeSuite(open: OpenPlace): void {
  test('a column added later obeys the lists, from the first row that can hold it', async () => {
    await using place = await people(open)
    const columns = { 'columns.exclude.list': 'raw,secret.*', 'columns.mask.with': '.*\\.card:x' }
    await using source = await startSource(place, { ...BY_ID, ...columns })
    await source.take(2)
    await place.query('ALTER TABLE t ADD COLUMN secret1 INT')
    await place.query('ALTER TABLE t ADD COLUMN card VARCHAR(20)')
    await place.query('ALTER TABLE t ADD COLUMN more INT')
    await place.query("INSERT INTO t (email, secret1, card, more) VALUES ('c', 5, '4111', 7)")
    const [told] = await source.take(1)
    expect(told?.value).toEqual({ id: 3, email: 'c', phone: null, age: null, card: 'x', more: 7 })
  })

  test('a column dropped later is no longer asked for, and the task goes on', async () => {
    await using place = await people(open)
    await using source = await startSource(place, { ...BY_ID, 'columns.exclude.list': 'raw' })
    await source.take(2)
    await place.query('ALTER TABLE t DROP COLUMN phone')
    await place.query("INSERT INTO t (email) VALUES ('c')")
    const [told] = await source.take(1)
    expect(told?.value).toEqual({ id: 3, email: 'c', age: null })
  })

  test('a timestamp column dropped later does not end a task that tells exact times', async () => {
    await using place = await open()
    await place.query(`CREATE TABLE t (id ${place.autoId}, a ${place.timestamp}, b ${place.timestamp})`)
    await place.query("INSERT INTO t (a, b) VALUES ('2020-01-01 00:00:00', '2020-01-01 00:00:01')")
    await using source = await startSource(place, { ...BY_ID, 'timestamp.granularity': 'micros_iso_datetime_string' })
    await source.take(1)
    await place.query('ALTER TABLE t DROP COLUMN a')
    await place.query("INSERT INTO t (b) VALUES ('2020-01-01 00:00:02.5')")
    const [told] = await source.take(1)
    expect(told?.value).toEqual({ id: 2, b: '2020-01-01T00:00:02.500000' })
  })
}

// What existing users type, unchanged, over HTTP against real servers.
import { uniqueName, describeWith, waitFor } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { messages, produceByHand } from './topics.js'
import { place } from './places.js'
import { startWorker } from './worker-process.js'

const USERS = `create table users(id int auto_increment primary key, user_id varchar(20), pwd varchar(20), name varchar(20), created_at datetime default now())`

describeWith(['mariadb', 'kafka'], 'the users recipe on MariaDB and Kafka', ({ mariadb, kafka }) => {
  it('carries an insert into the topic, the topic into a table, and a message of a console producer too', async () => {
    await using source = await mariadb.database()
    await using target = await mariadb.database()
    await source.query(USERS)
    const prefix = `${uniqueName('my_topic')}_`
    const topic = `${prefix}users`
    await using worker = await startWorker({ 'bootstrap.servers': kafka.bootstrap })
    const login = { 'connection.user': source.user, 'connection.password': source.password }

    const made = await worker.post('/connectors', {
      name: 'my-source-connect',
      config: {
        'connector.class': 'io.confluent.connect.jdbc.JdbcSourceConnector',
        'connection.url': source.jdbcUrl.replace('jdbc:mariadb:', 'jdbc:mysql:'),
        ...login,
        mode: 'incrementing',
        'incrementing.column.name': 'id',
        'table.whitelist': 'users',
        'topic.prefix': prefix,
        'tasks.max': '1',
      },
    })
    expect(made.status).toBe(201)
    await source.query(`insert into users(user_id, pwd, name) values ('u1', 'secret', 'Ann Ö 😀')`)
    const [first] = await messages(kafka.bootstrap, topic, 1)
    expect(first).toMatchObject({
      schema: {
        type: 'struct',
        fields: [
          { type: 'int32', optional: false, field: 'id' },
          { type: 'string', optional: true, field: 'user_id' },
          { type: 'string', optional: true, field: 'pwd' },
          { type: 'string', optional: true, field: 'name' },
          { type: 'int64', optional: true, name: 'org.apache.kafka.connect.data.Timestamp', field: 'created_at' },
        ],
        optional: false,
        name: 'users',
      },
      payload: { id: 1, user_id: 'u1', pwd: 'secret', name: 'Ann Ö 😀' },
    })

    const sink = await worker.post('/connectors', {
      name: 'my-sink-connect',
      config: {
        'connector.class': 'io.confluent.connect.jdbc.JdbcSinkConnector',
        'connection.url': target.jdbcUrl.replace('jdbc:mariadb:', 'jdbc:mysql:'),
        ...login,
        'auto.create': 'true',
        'auto.evolve': 'true',
        'delete.enabled': 'false',
        'tasks.max': '1',
        topics: topic,
      },
    })
    expect(sink.status).toBe(201)
    await produceByHand(kafka.bootstrap, topic, {
      schema: {
        type: 'struct',
        fields: [
          { type: 'int32', optional: true, field: 'id' },
          { type: 'string', optional: true, field: 'user_id' },
          { type: 'string', optional: true, field: 'pwd' },
          { type: 'string', optional: true, field: 'name' },
          {
            type: 'int64',
            optional: true,
            name: 'org.apache.kafka.connect.data.Timestamp',
            version: 1,
            field: 'created_at',
          },
        ],
        optional: false,
        name: 'users',
      },
      payload: { id: 8, user_id: 'hand', pwd: '1234', name: 'by hand', created_at: 1605600000000 },
    })
    await waitFor('both rows in the target table', async () => {
      const rows = await target.query(`select id, user_id, name from \`${topic}\` order by id`).catch(() => [])
      expect(rows).toEqual([
        { id: 1, user_id: 'u1', name: 'Ann Ö 😀' },
        { id: 8, user_id: 'hand', name: 'by hand' },
      ])
      return true
    })
    expect(await worker.get('/connectors/my-sink-connect/status')).toMatchObject({
      body: { connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }], type: 'sink' },
    })
  })
})

const PAIRS = [
  ['sqlite', 'mariadb'],
  ['sqlite', 'postgresql'],
  ['mariadb', 'sqlite'],
  ['mariadb', 'postgresql'],
  ['postgresql', 'sqlite'],
  ['postgresql', 'mariadb'],
] as const

describeWith(['mariadb', 'postgresql', 'kafka'], 'a table copied from one kind of database to another', (servers) => {
  it.each(PAIRS)('%s to %s keeps rows, updates and nulls', async (from, to) => {
    await using source = await place(from, servers)
    await using target = await place(to, servers)
    const prefix = `${uniqueName(`pair_${from}`)}_`
    await source.query(
      'create table accounts(id bigint not null primary key, owner varchar(40), balance decimal(12,2), rate double precision, opened date, changed timestamp not null)',
    )
    // Each row changes later than the one before: a row older than the cursor would be missed by a poll that came between.
    const insert = (id: number, owner: string | null) =>
      source.query(
        `insert into accounts values (${id}, ${owner === null ? 'null' : `'${owner}'`}, ${id}.25, ${id}.5, '2024-02-29', '2024-03-0${id} 13:14:15')`,
      )
    await insert(1, 'Ann')
    await insert(2, null)
    await using worker = await startWorker({ 'bootstrap.servers': servers.kafka.bootstrap })
    await worker.create(`${prefix}source`, {
      'connector.class': 'JdbcSource',
      ...source.login,
      mode: 'timestamp+incrementing',
      'incrementing.column.name': 'id',
      'timestamp.column.name': 'changed',
      'table.whitelist': 'accounts',
      'topic.prefix': prefix,
      'poll.interval.ms': '100',
    })
    await worker.create(`${prefix}sink`, {
      'connector.class': 'JdbcSink',
      ...target.login,
      topics: `${prefix}accounts`,
      'insert.mode': 'upsert',
      'pk.mode': 'record_value',
      'pk.fields': 'id',
      'auto.create': 'true',
    })
    const copied = async () =>
      (await target.query(`select id, owner, balance, rate from ${target.quote(`${prefix}accounts`)} order by id`)).map(
        (row) => [Number(row['id']), row['owner'], Number(row['balance']), Number(row['rate'])],
      )
    await waitFor(
      'both rows',
      async () =>
        expect(await copied()).toEqual([
          [1, 'Ann', 1.25, 1.5],
          [2, null, 2.25, 2.5],
        ]) ?? true,
    )
    await source.query(`update accounts set owner = 'Bo', changed = '2024-03-02 23:59:59' where id = 2`)
    await insert(3, 'Čeněk')
    await waitFor(
      'the update and the third row',
      async () =>
        expect(await copied()).toEqual([
          [1, 'Ann', 1.25, 1.5],
          [2, 'Bo', 2.25, 2.5],
          [3, 'Čeněk', 3.25, 3.5],
        ]) ?? true,
    )
  })
})

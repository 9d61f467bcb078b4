// `rowbridge topics` beside a running worker on the embedded log.
import { describeWith, uniqueName, waitFor } from '@rowbridge/testkit'
import { expect, it } from 'vitest'
import { rowbridge, startRowbridge, Workplace } from './command.js'

it('lists, writes and reads topics while a worker runs', async () => {
  await using place = await Workplace.open()
  await place.worker(await place.workerFile())
  const at = ['--bootstrap-server', place.log]
  const write = await rowbridge(['topics', 'write', 'words', '--key-separator', ':', ...at], '1:one\n2:two\n3:drei ü\n')
  expect(write).toMatchObject({ code: 0, stderr: expect.stringContaining('3 records written to words') })
  const list = await rowbridge(['topics', 'list', ...at])
  expect(list.stdout).toMatch(/^words +1 partition$/m)
  const byConfig = await rowbridge(['topics', 'list', '--json', '--config', place.path('worker.properties')])
  expect(JSON.parse(byConfig.stdout.trim())).toEqual({ topic: 'words', partitions: 1, internal: false })
  const all = await rowbridge(['topics', 'read', 'words', '--from-beginning', '--until-end', '--keys', ...at])
  expect(all).toEqual({ code: 0, stdout: '1\tone\n2\ttwo\n3\tdrei ü\n', stderr: '' })
  const some = await rowbridge(['topics', 'read', 'words', '--from-beginning', '--max', '2', '--json', ...at])
  expect(
    some.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([
    { topic: 'words', partition: 0, offset: 0, key: '1', value: 'one', headers: [] },
    { topic: 'words', partition: 0, offset: 1, key: '2', value: 'two', headers: [] },
  ])
})

it('read follows a topic until it is interrupted, and then ends with exit code 0', async () => {
  await using place = await Workplace.open()
  await place.worker(await place.workerFile())
  const at = ['--bootstrap-server', place.log]
  await rowbridge(['topics', 'write', 'words', ...at], 'one\n')
  const reader = startRowbridge(['topics', 'read', 'words', '--from-beginning', ...at])
  await waitFor('the first record', () => reader.output().includes('one\n'))
  await rowbridge(['topics', 'write', 'words', ...at], 'two\n')
  await waitFor('the second record', () => reader.output().includes('two\n'))
  reader.process.kill('SIGINT')
  expect(await reader.ended).toMatchObject({ code: 0, stdout: 'one\ntwo\n' })
})

it('read goes on where its group has been', async () => {
  await using place = await Workplace.open()
  await place.worker(await place.workerFile())
  const at = ['--bootstrap-server', place.log, '--group', 'g', '--from-beginning']
  await rowbridge(['topics', 'write', 'words', '--bootstrap-server', place.log], 'one\ntwo\nthree\n')
  expect((await rowbridge(['topics', 'read', 'words', '--max', '2', ...at])).stdout).toBe('one\ntwo\n')
  expect((await rowbridge(['topics', 'read', 'words', '--until-end', ...at])).stdout).toBe('three\n')
})

it('read ends quietly when its reader has seen enough', async () => {
  await using place = await Workplace.open()
  await place.worker(await place.workerFile())
  const at = ['--bootstrap-server', place.log]
  const lines = Array.from({ length: 20_000 }, (_, i) => `a line that is long enough to fill a pipe ${i}`).join('\n')
  await rowbridge(['topics', 'write', 'words', ...at], lines)
  const reader = startRowbridge(['topics', 'read', 'words', '--from-beginning', ...at])
  await waitFor('something to read', () => reader.output() !== '')
  reader.process.stdout?.destroy()
  expect(await reader.ended).toMatchObject({ code: 0, stderr: '' })
})

it('read names the topics there are when there is none of that name', async () => {
  await using place = await Workplace.open()
  await place.worker(await place.workerFile())
  const at = ['--bootstrap-server', place.log]
  await rowbridge(['topics', 'write', 'words', ...at], 'one\n')
  const { code, stderr } = await rowbridge(['topics', 'read', 'wrods', ...at])
  expect(stderr).toContain('There is no topic wrods. There are: words.')
  expect(code).toBe(1)
})

it('write names the line without a key and says how many it wrote', async () => {
  await using place = await Workplace.open()
  await place.worker(await place.workerFile())
  const args = ['topics', 'write', 'words', '--key-separator', ':', '--bootstrap-server', place.log]
  const { code, stderr } = await rowbridge(args, '1:one\ntwo\n')
  expect(stderr).toContain('1 record written to words')
  expect(stderr).toContain('Line 2 has no key separator ":"')
  expect(code).toBe(1)
})

describeWith(['kafka'], 'topics of a Kafka cluster', ({ kafka }) => {
  it('are listed, written and read', async () => {
    const topic = uniqueName('words')
    const at = ['--bootstrap-server', kafka.bootstrap]
    const write = await rowbridge(['topics', 'write', topic, '--key-separator', ':', ...at], '1:one\n2:drei ü\n')
    expect(write).toMatchObject({ code: 0, stderr: expect.stringContaining(`2 records written to ${topic}`) })
    expect((await rowbridge(['topics', 'list', ...at])).stdout).toContain(topic)
    const read = await rowbridge(['topics', 'read', topic, '--from-beginning', '--until-end', '--keys', ...at])
    expect(read).toEqual({ code: 0, stdout: '1\tone\n2\tdrei ü\n', stderr: '' })
  })
})

import {
  DataError,
  defineBatchTransform,
  defineConfig,
  definePredicate,
  defineTransform,
  perStretch,
  primitive,
  sliceBatch,
  StateError,
  type Plugin,
  type Props,
  type SinkBatch,
} from '@rowbridge/api'
import { expect, it } from 'vitest'
import { pluginsOf } from './plugins.js'
import { chainOf, type TransformChain } from './transform-chain.js'

const TEXT = primitive('string', { optional: true })
const none = defineConfig({})

const plugins: readonly Plugin[] = [
  ...defineTransform('test.Up', none, () => (schema) => ({ schema, row: (row) => upper(String(row)) })),
  ...defineTransform('test.Number', none, () => () => ({
    schema: primitive('int32'),
    row: (row) => String(row).length,
  })),
  defineBatchTransform('test.Drop', none, () => ({ apply: () => null })),
  defineBatchTransform('test.Spread', none, () => ({
    apply: (batch) =>
      perStretch(
        batch,
        (i) => String(batch.value.values[i]),
        (stretch, text) => ({ ...stretch, topic: text }),
      ),
  })),
  defineBatchTransform('test.Lossy', none, () => ({ apply: (batch) => ({ ...batch, length: batch.length - 1 }) })),
  defineBatchTransform('test.Broken', none, () => ({
    apply: () => {
      throw new TypeError('x is not a function')
    },
  })),
  definePredicate('test.IsA', none, () => ({ test: ({ value }) => value.values.map((text) => text === 'a') })),
  definePredicate('test.InTopic', none, () => ({ test: ({ topic }) => topic === 'in' })),
]

function upper(text: string): string {
  if (text === 'bad') throw new DataError('invalid-text', 'is bad')
  return text.toUpperCase()
}

/** `Drop` or `Drop if IsA` or `Drop unless IsA`, one after the other. */
async function chainOfSteps(...steps: readonly string[]): Promise<TransformChain> {
  const props: Record<string, string> = { transforms: steps.map((_, i) => `t${i}`).join() }
  steps.forEach((step, i) => {
    const [type = '', word, predicate] = step.split(' ')
    props[`transforms.t${i}.type`] = `test.${type}`
    if (predicate === undefined) return
    props[`transforms.t${i}.predicate`] = predicate
    props[`transforms.t${i}.negate`] = String(word === 'unless')
    props[`predicates.${predicate}.type`] = `test.${predicate}`
  })
  const chain = await chainOf(pluginsOf(plugins), props)
  if (chain === null) throw new RangeError('no chain')
  return chain
}

const batchOf = (values: readonly (string | null)[]): SinkBatch => ({
  topic: 'in',
  partition: 0,
  length: values.length,
  key: null,
  value: { schema: TEXT, values },
  timestamps: values.map((_, i) => i),
  headers: null,
  offsets: values.map((_, i) => 10 + i),
})

const told = (batches: readonly SinkBatch[]) =>
  batches.flatMap(({ topic, value, offsets }) => value.values.map((text, i) => [topic, offsets[i], text, value.schema]))

const STEPS = [
  'Up$Value',
  'Up$Value if IsA',
  'Drop if IsA',
  'Drop unless IsA',
  'Spread',
  'Spread unless InTopic',
  'Number$Value if IsA',
  'Number$Value',
]

it('is absent where no transforms are configured', async () => {
  expect(await chainOf(pluginsOf(plugins), { transforms: ' ' } satisfies Props)).toBeNull()
})

it('does to a batch what it does to its records, in order', async () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const steps = [0, 1, 2].map((i) => STEPS[Math.floor(seed / STEPS.length ** i) % STEPS.length] ?? 'Spread')
    const chain = await chainOfSteps(...steps)
    const batch = batchOf(Array.from({ length: 9 }, (_, i) => ['a', 'b', null, 'A'][(seed * 7 + i * i) % 4] ?? null))
    const singles = Array.from({ length: 9 }, (_, i) =>
      chain.apply(sliceBatch(batch, i, i + 1), { className: '' }),
    ).flat()
    expect(told(chain.apply(batch, { className: '' }))).toEqual(told(singles))
  }
})

it('joins what goes on with one topic and one schema', async () => {
  const chain = await chainOfSteps('Up$Value if IsA')
  expect(chain.apply(batchOf(['a', 'b', 'a', 'b']), { className: '' })).toEqual([batchOf(['A', 'b', 'A', 'b'])])
})

it('names the record that cannot be changed, and the transform', async () => {
  const atWork = { className: '' }
  const chain = await chainOfSteps('Drop if IsA', 'Up$Value')

  expect(() => chain.apply(batchOf(['x', 'y', 'bad']), atWork)).toThrow(expect.objectContaining({ index: 2 }))
  expect(atWork.className).toBe('test.Up$Value')
})

it('names no record where places in the batch do not tell them any more', async () => {
  const chain = await chainOfSteps('Drop if IsA', 'Up$Value')
  expect(() => chain.apply(batchOf(['a', 'bad']), { className: '' })).toThrow(expect.objectContaining({ index: null }))
})

it("takes a stranger's error for one about the record", async () => {
  const chain = await chainOfSteps('Broken')
  const failure = expect.objectContaining({
    name: 'DataError',
    code: 'transform-failed',
    message: 'x is not a function',
  })
  expect(() => chain.apply(batchOf(['a']), { className: '' })).toThrow(failure)
})

it('stops at a transform that loses count of its records', async () => {
  const chain = await chainOfSteps('Lossy')
  expect(() => chain.apply(batchOf(['a', 'b']), { className: '' })).toThrow(StateError)
})

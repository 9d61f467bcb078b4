// ReplaceField: fields are left out, or kept alone, and get other names.
import { defineConfig, defineTransform } from '@rowbridge/api'
import { structOrMap } from './forms.js'
import { REPLACE_NULL } from './keys.js'
import { kafkaTransform } from './names.js'
import { basicsOf, compilePick, schemaOfFields } from './rows.js'

const OLD_NAME = 'Older name of'

export const replaceField = defineTransform(
  kafkaTransform('ReplaceField'),
  defineConfig({
    exclude: { type: 'list', default: [], importance: 'medium', doc: 'Fields to leave out, by their old names.' },
    blacklist: { type: 'list', default: null, importance: 'low', doc: `${OLD_NAME} \`exclude\`.` },
    include: {
      type: 'list',
      default: [],
      importance: 'medium',
      doc: 'Fields to keep, by their old names; all others are left out.',
    },
    whitelist: { type: 'list', default: null, importance: 'low', doc: `${OLD_NAME} \`include\`.` },
    renames: {
      type: 'list',
      default: [],
      importance: 'medium',
      check: (text) => renamesProblem(text),
      doc: 'New names: `old:new,old2:new2`.',
    },
    ...REPLACE_NULL,
  }),
  (config) => {
    const exclude = config.exclude.length > 0 ? config.exclude : (config.blacklist ?? [])
    const include = config.include.length > 0 ? config.include : (config.whitelist ?? [])
    const renames = new Map(config.renames.map((pair) => pair.split(':') as [string, string]))
    const nameOf = (name: string) => renames.get(name) ?? name
    const isKept = (name: string) => !exclude.includes(name) && (include.length === 0 || include.includes(name))
    return structOrMap({
      purpose: 'field replacement',
      nulls: 'keep',
      struct: (schema) => {
        const kept = schema.fields.filter(({ name }) => isKept(name))
        return {
          schema: schemaOfFields(kept, basicsOf(schema), nameOf),
          row: compilePick(kept, config['replace.null.with.default']),
        }
      },
      map: (members) => {
        const kept = Object.entries(members).filter(([name]) => isKept(name))
        return Object.fromEntries(kept.map(([name, value]) => [nameOf(name), value]))
      },
    })
  },
)

function renamesProblem(text: string): string | null {
  const bad = text === '' ? undefined : text.split(',').find((pair) => pair.trim().split(':').length !== 2)
  return bad === undefined ? null : `Invalid rename mapping: ${bad.trim()}`
}

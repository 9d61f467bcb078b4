// CONFIG.md from the keys: the page users read can never differ from the code.
import type { ConfigKey, ConfigKeys } from './define.js'
import { textOf } from './validate.js'

/** A page with a table of the keys per group, in order of declaration. */
export function configMarkdown(title: string, keys: ConfigKeys): string {
  const groups = new Map<string, string[]>()
  for (const [name, key] of Object.entries(keys)) {
    if (key.isInternal === true) continue
    const group = key.group ?? 'Other'
    groups.set(group, [...(groups.get(group) ?? []), lineOf(name, key)])
  }
  const tables = [...groups].map(
    ([group, lines]) =>
      `## ${group}\n\n| key | type | default | what it does |\n|---|---|---|---|\n${lines.join('\n')}\n`,
  )
  return `# ${title}\n\n${tables.join('\n')}`
}

function lineOf(name: string, key: ConfigKey): string {
  const type = key.type === 'enum' ? (key.values ?? []).map((value) => `\`${value}\``).join(', ') : key.type
  const text = key.default === undefined ? '**required**' : textOf(key, key.default)
  const shown = text === null || text === '' ? '' : key.default === undefined ? text : `\`${text}\``
  return `| \`${name}\` | ${type} | ${shown} | ${key.doc.replaceAll('|', '\\|')} |`
}

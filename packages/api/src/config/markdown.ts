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

/** A short table of the keys: group, name and default, for a README beside the whole page. Padded as the formatter has it. */
export function optionsMarkdown(keys: ConfigKeys): string {
  const rows = Object.entries(keys)
    .filter(([, key]) => key.isInternal !== true)
    .map(([name, key]) => [key.group ?? 'Other', `\`${name}\``, shownDefault(key)])
  const table = [['group', 'key', 'default'], ...rows]
  const widths = [0, 1, 2].map((i) => Math.max(...table.map((row) => row[i]?.length ?? 0)))
  const lineOfCells = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [lineOfCells(table[0] ?? []), rule, ...rows.map(lineOfCells)].join('\n')
}

function shownDefault(key: ConfigKey): string {
  if (key.default === undefined) return 'required'
  const text = textOf(key, key.default)
  return text === null || text === '' || key.type === 'password' ? '' : `\`${text}\``
}

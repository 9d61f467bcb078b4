// The keys for how a CSV file is written.
import type { Config, ConfigKeys, ConfigProblem } from '@rowbridge/api'

const group = 'CSV Parsing'
const character = (what: string, code: number, more = '') =>
  ({
    type: 'int',
    default: code,
    min: 0,
    max: 65_535,
    importance: 'low',
    group,
    doc: `${what}, as the number of a character.${more}`,
  }) as const

/** Java's names of the encodings that files may have, and Node's. */
export const CHARSETS: Readonly<Record<string, BufferEncoding>> = {
  'UTF-8': 'utf8',
  UTF8: 'utf8',
  'US-ASCII': 'latin1',
  'ISO-8859-1': 'latin1',
  'UTF-16LE': 'utf16le',
}

export const csvKeys = {
  'csv.first.row.as.header': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group,
    doc: 'Whether the first row names the fields. Without it they are those of `value.schema` in order, or `column01`, `column02` and so on.',
  },
  'csv.separator.char': character('What separates fields', 44),
  'csv.quote.char': character('What quotes fields', 34),
  'csv.escape.char': character(
    'What makes a quote within quotes a part of the field',
    34,
    ' A quote escapes itself; with `92` a backslash does so instead.',
  ),
  'csv.ignore.quotations': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group,
    doc: 'Whether quotes are parts of the fields.',
  },
  'csv.ignore.leading.whitespace': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group,
    doc: 'Whether blanks before a field are left out.',
  },
  'csv.null.field.indicator': {
    type: 'enum',
    values: ['NEITHER', 'EMPTY_SEPARATORS', 'EMPTY_QUOTES', 'BOTH'],
    default: 'NEITHER',
    importance: 'low',
    group,
    doc: 'Which empty texts are null: none, those without quotes, those in quotes, or both. An empty field of another type than text is null anyway, where it may be.',
  },
  'csv.skip.lines': {
    type: 'int',
    default: 0,
    min: 0,
    importance: 'low',
    group,
    doc: 'Lines to leave out at the beginning of a file, before the header.',
  },
  'csv.file.charset': {
    type: 'string',
    default: 'UTF-8',
    check: (name) =>
      CHARSETS[name.toUpperCase()] === undefined ? `It must be one of ${Object.keys(CHARSETS).join(', ')}` : null,
    importance: 'low',
    group,
    doc: `Encoding of the files: ${Object.keys(CHARSETS).join(', ')}. A mark of the byte order at the beginning of a file is left out.`,
  },
  'csv.case.sensitive.field.names': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group,
    doc: 'Whether names in the header must be spelt as in the schema.',
  },
  'csv.keep.carriage.return': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group,
    doc: 'Only `false` is possible: a carriage return before a line feed is part of the line end.',
  },
  'csv.strict.quotes': {
    type: 'boolean',
    default: false,
    importance: 'low',
    group,
    doc: 'Only `false` is possible: text beside quotes is an error, and never left out.',
  },
} as const satisfies ConfigKeys

export function csvProblems(config: Config<typeof csvKeys>): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  for (const key of ['csv.keep.carriage.return', 'csv.strict.quotes'] as const) {
    if (config[key]) problems.push({ key, message: `${key} can only be false here` })
  }
  if (config['csv.separator.char'] === config['csv.quote.char']) {
    problems.push({ key: 'csv.quote.char', message: 'csv.quote.char and csv.separator.char must differ' })
  }
  return problems
}

// The keys of the source that say which columns leave the database, which of them masked, and which make the key of a record.
import type { ConfigKeys } from '@rowbridge/api'
import { checkMasks } from './column-rules.js'
import { checkPatterns } from './pattern.js'
import { checkKeyMode } from './record-key.js'

const group = 'Columns'

export const columnKeys = {
  'key.mode': {
    type: 'string',
    default: 'none',
    check: checkKeyMode,
    importance: 'medium',
    group,
    width: 'medium',
    recommend: () => ['none', 'primary_key', 'columns:'],
    doc: 'What the key of a record is: `none`; `primary_key`: a struct of the columns of the primary key, in its order; `columns:a,b`: a struct of these columns. A sink takes it with `pk.mode=record_key`.',
  },
  'columns.include.list': {
    type: 'list',
    default: [],
    check: checkPatterns,
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Regular expressions for the columns to read, all others stay in the database; empty: all. One with a dot that stands for itself (`shop.users.email`, `.*\\.email`) must match `schema.table.column`, with the parts the name of the table has, or `table.column`; any other (`email`, `pass.*`) the name of the column alone. Case counts, unless it begins with `(?i)`. With a query, the table is called `query`.',
  },
  'columns.exclude.list': {
    type: 'list',
    default: [],
    check: checkPatterns,
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Regular expressions, as those of `columns.include.list`, for columns that are not read, of those it chose.',
  },
  'columns.mask.hash': {
    type: 'list',
    default: [],
    check: checkPatterns,
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Regular expressions, as those of `columns.include.list`, for columns in whose place the database hands out the SHA-256 of the value, as 64 hexadecimal digits: of `columns.mask.hash.salt` and the text of the value in UTF-8, or its bytes. Equal values stay equal, null stays null.',
  },
  'columns.mask.hash.salt': {
    type: 'password',
    default: '',
    importance: 'medium',
    group,
    width: 'medium',
    doc: 'What is put before each value that is hashed. Without one, values that are few (telephone numbers, dates of birth) can be found by trying. It stands in the statements that the database is sent, in hexadecimal digits.',
  },
  'columns.mask.with': {
    type: 'list',
    default: [],
    check: checkMasks,
    importance: 'medium',
    group,
    width: 'long',
    doc: 'Texts to read in place of columns, as `regex:text`, the regular expressions as those of `columns.include.list`. The last colon parts the two; the text may be empty, as in `.*\\.note:`, and has neither colon nor comma. Null stays null.',
  },
} as const satisfies ConfigKeys

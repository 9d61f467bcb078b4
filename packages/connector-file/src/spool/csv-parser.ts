// Finds the rows of a CSV file, as they come, with the line and the byte where each ends.
import { CsvError, Parser, type Options } from 'csv-parse'
import type { CsvConfig } from './config.js'
import { CHARSETS } from './csv-keys.js'
import { LineError, MOST_RECORD_BYTES, type Found, type RecordParser } from './record-parser.js'

export type CsvRow = readonly (string | null)[]

const HINTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'Close the quote, or set csv.quote.char or csv.ignore.quotations.',
  CSV_MAX_RECORD_SIZE:
    'A quote may be open; set csv.quote.char or csv.ignore.quotations if quotes mean nothing in these files.',
}
const QUOTE_HINT = 'Double the quotes within a field, or set csv.quote.char, csv.escape.char or csv.ignore.quotations.'

export function csvParser(config: CsvConfig): RecordParser<CsvRow> {
  const found: Found<CsvRow>[] = []
  const skipped = config['csv.skip.lines']
  let line = skipped
  const options: Options = {
    ...formatOf(config),
    from_line: skipped + 1,
    on_record: (row, { lines, records, bytes }) => {
      found.push({ data: row, line: lines, index: records - 1, end: bytes })
      line = lines
      return null
    },
  }
  const parser = new Parser(options)
  // Every failure is told to the write that met it as well.
  parser.on('error', () => undefined)
  parser.resume()
  return {
    found,
    write: (chunk) =>
      new Promise((resolve, reject) => {
        parser.write(chunk, (error) => (error ? reject(lineError(error, line)) : resolve()))
      }),
    end: () =>
      new Promise((resolve, reject) => {
        parser.once('error', (error: Error) => reject(lineError(error, line)))
        parser.once('end', resolve)
        parser.end()
      }),
  }
}

function formatOf(config: CsvConfig): Options {
  const quote = String.fromCharCode(config['csv.quote.char'])
  const isQuoted = !config['csv.ignore.quotations'] && config['csv.quote.char'] !== 0
  const nulls = config['csv.null.field.indicator']
  const [bare, quoted] = [
    nulls === 'EMPTY_SEPARATORS' || nulls === 'BOTH',
    nulls === 'EMPTY_QUOTES' || nulls === 'BOTH',
  ]
  const cast = (text: string, { quoting }: { readonly quoting: boolean }) =>
    text === '' && (quoting ? quoted : bare) ? null : text
  return {
    delimiter: String.fromCharCode(config['csv.separator.char']),
    record_delimiter: ['\r\n', '\n', '\r'],
    quote: isQuoted ? quote : null,
    escape: config['csv.escape.char'] === 0 ? false : String.fromCharCode(config['csv.escape.char']),
    encoding: CHARSETS[config['csv.file.charset'].toUpperCase()] ?? 'utf8',
    ltrim: config['csv.ignore.leading.whitespace'],
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MOST_RECORD_BYTES,
    ...(bare || quoted ? { cast } : {}),
  }
}

/** A quote that stays open is told at the line where its row begins. */
function lineError(error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error
  const { code, message } = error
  const isOpen = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE'
  const place = isOpen ? line + 1 : Number(error['lines'] ?? line + 1)
  return new LineError(place, message, HINTS[code] ?? QUOTE_HINT)
}

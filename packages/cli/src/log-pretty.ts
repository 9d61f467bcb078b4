// A log entry as a line for people: time, level, [connector|task], message, key=value; what has lines of its own is put below.

const COLORS: Readonly<Record<string, string>> = {
  debug: '\x1b[90m',
  info: '\x1b[32m',
  warn: '\x1b[33m',
  error: '\x1b[31m',
}
const DIM = '\x1b[90m'
const END = '\x1b[0m'

/** From the JSON of one entry. */
export function prettyLine(json: string, colors: boolean): string {
  const {
    level,
    time,
    message,
    connector,
    task,
    logger: _,
    ...fields
  } = JSON.parse(json) as Readonly<Record<string, unknown>>
  const paint = (color: string, text: string) => (colors ? color + text + END : text)
  const name = String(level)
  const head = [
    paint(DIM, clock(String(time))),
    paint(COLORS[name] ?? '', name.toUpperCase().padEnd(5)),
    ...(connector === undefined
      ? []
      : [task === undefined ? `[${shown(connector)}]` : `[${shown(connector)}|${shown(task)}]`]),
    String(message),
  ]
  const short: string[] = []
  const long: string[] = []
  for (const [key, value] of Object.entries(fields)) {
    const text = shown(value)
    if (text.includes('\n') || /^(?:error|cause|trace)$/.test(key)) long.push(indented(text))
    else short.push(`${paint(DIM, `${key}=`)}${/[\s="]/.test(text) ? JSON.stringify(text) : text}`)
  }
  return `${[...head, ...short].join(' ')}\n${long.join('')}`
}

/** Local time of the day. */
function clock(iso: string): string {
  const date = new Date(iso)
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function indented(text: string): string {
  return `${text.replace(/^/gm, '    ')}\n`
}

// What can be typed after `npm run quickstart --`.
import { parseArgs } from 'node:util'

export interface QuickstartOptions {
  /** Of the order service. */
  readonly port: number
  /** Of the worker's HTTP API. */
  readonly restPort: number
  readonly keep: boolean
  readonly once: boolean
  readonly timeoutMs: number
}

export const USAGE = `npm run quickstart -- [options]
  --once            end as soon as the orders have arrived in the second database
  --keep            go on with the data of the last run
  --port N          port of the order service (8081)
  --rest-port N     port of the worker's HTTP API (8083)
  --timeout N       seconds that an order may take on its way (30)`

/** Null when help was asked for. */
export function parseOptions(args: readonly string[]): QuickstartOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      port: { type: 'string', default: '8081' },
      'rest-port': { type: 'string', default: '8083' },
      timeout: { type: 'string', default: '30' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  return {
    port: numberOf('port', values.port),
    restPort: numberOf('rest-port', values['rest-port']),
    keep: values.keep,
    once: values.once,
    timeoutMs: numberOf('timeout', values.timeout) * 1000,
  }
}

function numberOf(name: string, text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 65_535)
    throw new Error(`--${name} ${text} is no usable number.\n${USAGE}`)
  return Number(text)
}

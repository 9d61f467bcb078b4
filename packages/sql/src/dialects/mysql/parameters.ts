// Parameters as both drivers take them.
import type { Parameter } from '../../dialect.js'

/** They know bytes as Buffer only. */
export function toDriver(value: Parameter): string | number | bigint | boolean | Buffer | null {
  if (!(value instanceof Uint8Array)) return value
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

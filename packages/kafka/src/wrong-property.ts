// The error for a property of a client that cannot be used.
import { ConfigError } from '@rowbridge/api'

export function wrong(key: string, message: string, hint?: string): ConfigError {
  const problems = [{ key, message: `${key}: ${message}` }]
  return new ConfigError('invalid-kafka-property', problems, hint === undefined ? {} : { hint })
}

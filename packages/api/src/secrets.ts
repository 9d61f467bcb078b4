// Secrets that this thread knows: whatever text leaves it, they do not leave with it.

const known = new Set<string>()
/** Shorter ones would make ordinary words unreadable. */
const LEAST_LENGTH = 6
/** Who asks for the check of ever new configurations does not fill the memory. */
const MOST_KNOWN = 5000

/** From now on `redact` puts asterisks in the place of this text. */
export function keepSecret(secret: string): void {
  if (secret.length < LEAST_LENGTH) return
  known.delete(secret)
  known.add(secret)
  const [eldest] = known
  if (known.size > MOST_KNOWN && eldest !== undefined) known.delete(eldest)
}

/** The text with the known secrets replaced, the longest first. */
export function withoutSecrets(text: string): string {
  if (known.size === 0) return text
  const found = [...known].filter((secret) => text.includes(secret)).toSorted((a, b) => b.length - a.length)
  return found.reduce((left, secret) => left.replaceAll(secret, '****'), text)
}

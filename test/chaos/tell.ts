// Where a long run says what it sees.
export function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

// Runs the named test projects one after the other against one set of servers, without retries, and ends with a single line of counts.
// Usage: node scripts/run-tests.mjs unit integration e2e [-- arguments for vitest]
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [projects, passedOn] = split(process.argv.slice(2))
const NEEDS_SERVERS = new Set(['integration', 'e2e'])
const SKIPPED_WITHOUT = 'skipped for want of '

if (projects.length === 0) {
  console.error('Usage: node scripts/run-tests.mjs <unit|integration|e2e>... [-- <arguments for vitest>]')
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'rowbridge-tests-'))
const desk = projects.some((project) => NEEDS_SERVERS.has(project)) ? await openDesk() : null
const runs = []
for (const project of projects) runs.push(await run(project))
await report(runs)
await desk?.[Symbol.asyncDispose]()
rmSync(folder, { recursive: true, force: true })

const sum = (count) => runs.reduce((total, each) => total + each[count].length, 0)
const line = `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0
console.log(line)

function split(words) {
  const at = words.indexOf('--')
  return at === -1 ? [words, []] : [words.slice(0, at), words.slice(at + 1)]
}

async function openDesk() {
  const { DESK_VARIABLE, findServer, openDesk: open } = await import('@rowbridge/testkit')
  const opened = await open(findServer)
  process.env[DESK_VARIABLE] = opened.url
  return opened
}

/** The tests of one project by outcome. What went wrong outside any test counts as a failure of its own. */
async function run(project) {
  console.log(`\n── ${project} tests`)
  const file = join(folder, `${project}.json`)
  // Unit tests share nothing, so that the last core is theirs as well.
  const workers = NEEDS_SERVERS.has(project) ? [] : [`--maxWorkers=${availableParallelism()}`]
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const status = await ended(
    spawn(process.execPath, [vitest, 'run', '--project', project, '--retry=0', ...workers, ...reporters, ...passedOn], {
      cwd: root,
      stdio: 'inherit',
    }),
  )
  const files = read(file)
  const tests = files.flatMap((each) => each.assertionResults)
  const passed = tests.filter((test) => test.status === 'passed')
  const failed = [
    ...tests.filter((test) => test.status === 'failed'),
    ...files.filter(
      (each) => each.status === 'failed' && each.assertionResults.every((test) => test.status !== 'failed'),
    ),
  ]
  if (status !== 0 && failed.length === 0) failed.push({ project, problem: `vitest ended with ${status}` })
  if (tests.length === 0 && failed.length === 0) failed.push({ project, problem: 'no tests were found' })
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed')
  return { project, passed, failed, skipped }
}

function ended(child) {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults
  } catch {
    return []
  }
}

async function report(all) {
  console.log('\n── Servers')
  const entries = (await desk?.report()) ?? []
  if (entries.length === 0) console.log('none asked for')
  for (const { name, foundBy, problem } of entries) console.log(`${name}: ${foundBy ?? `NOT FOUND. ${problem}`}`)
  for (const [reason, count] of reasons(all.flatMap(({ skipped }) => skipped))) {
    console.log(`SKIPPED ${count} ${count === 1 ? 'test' : 'tests'}: ${reason}`)
  }
  for (const { problem, project } of all.flatMap(({ failed }) => failed)) {
    if (problem !== undefined) console.log(`FAILED ${project}: ${problem}`)
  }
}

/** How many were skipped for want of which server, or by themselves. */
function reasons(tests) {
  const counts = new Map()
  for (const test of tests) {
    const block = test.ancestorTitles.find((title) => title.startsWith(SKIPPED_WITHOUT))
    const reason =
      block === undefined ? `by the test itself (${test.fullName})` : `no ${block.slice(SKIPPED_WITHOUT.length)}`
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return counts
}

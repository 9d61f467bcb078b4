// What can be typed after `rowbridge`. Each command is loaded when it is called, so that --help stays quick.
import { readFile } from 'node:fs/promises'
import { describeError, redact } from '@rowbridge/api'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import type { StandaloneOptions } from './standalone.js'
import type { ReadOptions } from './topics-read.js'
import type { ClusterOptions } from './topics.js'

const LOG_FORMATS = ['pretty', 'json']
const LOG_LEVELS = ['debug', 'info', 'warn', 'error']

/** Runs one command line and resolves with its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  endQuietlyOnBrokenPipe()
  let code = 0
  const program = programOf(await versionOf(), (result) => {
    code = result
  })
  try {
    await program.parseAsync([...argv])
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    process.stderr.write(`${redact(describeError(error))}\n`)
    return 1
  }
}

function programOf(version: string, done: (code: number) => void): Command {
  const program = new Command('rowbridge')
    .description("Kafka Connect's JDBC pair without the JVM.")
    .version(version, '-v, --version', 'Print the version')
    .helpOption('-h, --help', 'Print what can be typed')
    .showHelpAfterError('Type rowbridge --help for what can be typed.')
    .exitOverride()
  program.addCommand(standaloneCommand(done).copyInheritedSettings(program))
  program.addCommand(distributedCommand(done).copyInheritedSettings(program))
  program.addCommand(topicsCommand(done).copyInheritedSettings(program))
  return program
}

function standaloneCommand(done: (code: number) => void): Command {
  const command = new Command('standalone')
    .alias('connect-standalone')
    .description('Run a worker with the connectors of the named files until it is told to stop')
    .argument('<worker.properties>', 'properties of the worker; - reads them from standard input')
    .argument('[connectors...]', 'files of connectors: properties, or JSON as for POST /connectors')
  return logOptions(command)
    .option('--once', 'read what is there now, write it, report, and end')
    .addHelpText(
      'after',
      '\nExit codes: 0 stopped by a signal or done with --once, 1 wrong usage, 2 cannot start, 3 a connector cannot start,\n4 a connector failed with --once.',
    )
    .action(async (worker: string, connectors: readonly string[], options: StandaloneOptions) => {
      const { standalone } = await import('./standalone.js')
      done(await standalone(worker, connectors, options))
    })
}

function distributedCommand(done: (code: number) => void): Command {
  const command = new Command('distributed')
    .alias('connect-distributed')
    .description('Run a worker that shares its connectors with others over Kafka, until it is told to stop')
    .argument('<worker.properties>', 'properties of the worker; - reads them from standard input')
  return logOptions(command)
    .addHelpText('after', '\nExit codes: 0 stopped by a signal, 1 wrong usage, 2 cannot start.')
    .action(async (worker: string, options: StandaloneOptions) => {
      const { distributed } = await import('./distributed.js')
      done(await distributed(worker, options))
    })
}

function logOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--log-format <format>', 'readable lines or JSON lines')
        .choices(LOG_FORMATS)
        .env('ROWBRIDGE_LOG_FORMAT')
        .default('pretty'),
    )
    .addOption(
      new Option('--log-level <level>', 'least level that is logged')
        .choices(LOG_LEVELS)
        .env('ROWBRIDGE_LOG_LEVEL')
        .default('info'),
    )
}

function topicsCommand(done: (code: number) => void): Command {
  const topics = new Command('topics').description('List, read and write the topics of a log, also while a worker runs')
  cluster(topics.command('list'))
    .description('Names and partitions of the topics')
    .option('--json', 'one JSON object per line')
    .action(async (options: ClusterOptions & { readonly json?: boolean }) => {
      const { listTopics } = await import('./topics.js')
      done(await listTopics(options))
    })
  cluster(topics.command('read').argument('<topic>'))
    .description('Print the records of a topic, one per line, as they come')
    .option('--from-beginning', 'start with the first record there is')
    .option('--until-end', 'stop at the record that is the last now')
    .option('--max <count>', 'stop after that many records', count)
    .option('--group <id>', 'read as a member of this group and commit what was printed')
    .option('--keys', 'print keys, too')
    .option('--headers', 'print headers, too')
    .option('--json', 'one JSON object per line, with partition, offset and timestamp')
    .action(async (topic: string, options: ReadOptions) => {
      const { readTopic } = await import('./topics-read.js')
      done(await readTopic(topic, options))
    })
  cluster(topics.command('write').argument('<topic>'))
    .description('Write each line of standard input as a record')
    .option('--key-separator <text>', 'what stands between key and value in a line')
    .action(async (topic: string, options: ClusterOptions & { readonly keySeparator?: string }) => {
      const { writeTopic } = await import('./topics-write.js')
      done(await writeTopic(topic, options))
    })
  return topics
}

function cluster(command: Command): Command {
  return command
    .option('--bootstrap-server <servers>', 'brokers as host:port,… or embedded:<folder>')
    .option('--config <worker.properties>', 'take the log and its security settings from a properties file')
}

function count(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.')
  return Number(text)
}

async function versionOf(): Promise<string> {
  const file = new URL('../package.json', import.meta.url)
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { readonly version: string }
  return version
}

/** A reader such as `head` that has seen enough is no failure. */
function endQuietlyOnBrokenPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

// Apache Kafka by its Maven coordinates, kept in the user's cache folder from one run to the next.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findProgram, runProgram } from './local-programs.js'

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

interface Program {
  readonly java: string
  readonly classPath: string
}

/** The program to start and the class path to start it with; fetches what the cache lacks. */
export function fetchKafka(version: string): Promise<Program> {
  return fetched(`kafka-and-tools-${version}`, version, ['kafka_2.13', 'kafka-tools'])
}

/** The same for a worker of Kafka Connect with its file connectors. */
export function fetchConnect(version: string): Promise<Program> {
  return fetched(`connect-${version}`, version, ['connect-runtime', 'connect-file', 'connect-transforms'])
}

async function fetched(name: string, version: string, artifacts: readonly string[]): Promise<Program> {
  const java = findProgram(['java'], javaHome())
  if (java === null) throw new Error('java not found: a Java runtime (17 or newer) is needed to start Apache Kafka')
  const folder = join(cacheFolder(), name)
  if (!existsSync(folder)) await fetchTo(folder, version, artifacts)
  return { java, classPath: join(folder, '*') }
}

function javaHome(): string[] {
  const home = process.env['JAVA_HOME']
  return home === undefined ? [] : [join(home, 'bin')]
}

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rowbridge')
}

/** Into a folder of our own first, so that nobody ever sees half of it. */
async function fetchTo(folder: string, version: string, artifacts: readonly string[]): Promise<void> {
  const maven = findProgram(['mvn'])
  if (maven === null) throw new Error(`mvn not found: Maven is needed once to fetch Apache Kafka ${version}`)
  const unfinished = `${folder}.${process.pid}.${Date.now()}`
  mkdirSync(unfinished, { recursive: true })
  const project = `${unfinished}.pom.xml`
  try {
    writeFileSync(project, projectWith(version, artifacts))
    const target = ['-DincludeScope=runtime', `-DoutputDirectory=${unfinished}`]
    await runProgram(maven, ['-B', '-q', '-f', project, `${PLUGIN}:copy-dependencies`, ...target])
    renameUnlessThere(unfinished, folder)
  } finally {
    rmSync(project, { force: true })
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/** Another process may have been quicker; its copy is as good. */
function renameUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
  }
}

function projectWith(version: string, artifacts: readonly string[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>rowbridge</groupId><artifactId>test-broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    ${artifacts.map((artifact) => dependency('org.apache.kafka', artifact, version)).join('\n    ')}
    ${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
  </dependencies>
</project>
`
}

function dependency(group: string, artifact: string, version: string): string {
  return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
}

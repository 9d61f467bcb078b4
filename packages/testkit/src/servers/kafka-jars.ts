// Apache Kafka by its Maven coordinates, kept in the user's cache folder from one run to the next.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { findProgram, runProgram } from './local-programs.js'

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

export interface Jars {
  /** The program to start. */
  readonly java: string
  /** The class path to start it with. */
  readonly classPath: string
}

/** The broker and its tools; fetches what the cache lacks. */
export function fetchKafka(version: string): Promise<Jars> {
  const own = ['kafka_2.13', 'kafka-tools']
  return fetchJars(`kafka-and-tools-${version}`, version, own)
}

/** The worker of Kafka Connect with its file connectors. */
export function fetchConnect(version: string): Promise<Jars> {
  return fetchJars(`connect-and-file-${version}`, version, ['connect-runtime', 'connect-file', 'connect-json'])
}

async function fetchJars(name: string, version: string, artifacts: readonly string[]): Promise<Jars> {
  const java = findProgram(['java'], javaHome())
  if (java === null) throw new Error('java not found: a Java runtime (17 or newer) is needed to start Apache Kafka')
  const folder = join(cacheFolder(), name)
  if (!existsSync(folder)) await fetchTo(folder, projectWith(version, artifacts))
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
async function fetchTo(folder: string, projectText: string): Promise<void> {
  const maven = findProgram(['mvn'])
  if (maven === null) throw new Error('mvn not found: Maven is needed once to fetch Apache Kafka')
  const unfinished = `${folder}.${process.pid}.${Date.now()}`
  mkdirSync(unfinished, { recursive: true })
  const project = `${unfinished}.pom.xml`
  try {
    writeFileSync(project, projectText)
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
  const ours = artifacts.map((artifact) => dependency('org.apache.kafka', artifact, version))
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>rowbridge</groupId><artifactId>test-broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${[...ours, dependency('org.slf4j', 'slf4j-simple', '1.7.36')].join('')}  </dependencies>
</project>
`
}

function dependency(group: string, artifact: string, version: string): string {
  return `    <dependency>
      <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
    </dependency>
`
}

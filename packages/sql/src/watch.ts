// Makes of what a dialect knows of open transactions what a reader can ask.
import type { CommitWatch, WatchScope } from './commits.js'
import type { Page, ReadOptions, Statement } from './database.js'
import type { Dialect, DirtyReads, Session } from './dialect.js'

interface Ways {
  readonly guard: <T>(work: () => Promise<T>) => Promise<T>
  readonly read: (statement: Statement, options: ReadOptions) => Promise<Page>
}

const UNKNOWN: CommitWatch = {
  guarantee: 'best effort',
  because: 'This dialect cannot tell which transactions are open; timestamp.delay.interval.ms can wait for them.',
  look: null,
  leaseMs: 0,
  uncommitted: null,
  blocks: null,
  oldest: null,
}

export async function openWatch(
  { dialect, session }: { readonly dialect: Dialect; readonly session: Session },
  scope: WatchScope,
  { guard, read }: Ways,
): Promise<CommitWatch> {
  const { commits } = dialect
  if (commits === undefined) return UNKNOWN
  const { look, oldest, uncommitted, ...facts } = await guard(() => commits(session, scope))
  return {
    ...facts,
    look: look === null ? null : () => guard(look),
    oldest: oldest === null ? null : () => guard(oldest),
    uncommitted:
      uncommitted === null
        ? null
        : {
            fingerprint: (columns) => uncommitted.fingerprint(columns),
            writers: guarded(uncommitted.writers, guard),
            read: async (statement, options) => {
              await guard(() => session.run(uncommitted.before))
              return read(statement, options)
            },
          },
  }
}

function guarded(ask: DirtyReads['writers'], guard: Ways['guard']): DirtyReads['writers'] {
  return ask === null ? null : () => guard(ask)
}

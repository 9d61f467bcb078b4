// What becomes of files that were read, or cannot be. A file that is there already is never written over.
import { constants } from 'node:fs'
import { access, copyFile, link, mkdir, rename, stat, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ConnectError } from '@rowbridge/api'

/** Where the file went. */
export async function moveFile(from: string, folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true })
    for (let number = 0; ; number += 1) {
      const to = join(folder, number === 0 ? basename(from) : `${basename(from)}.${number}`)
      if (await movedTo(from, to)) return to
    }
  } catch (error) {
    throw new ConnectError('file-not-moved', `${from} cannot be moved to ${folder}: ${(error as Error).message}`, {
      cause: error,
      hint: 'Give the user of the worker the right to write in both folders.',
    })
  }
}

/** False where the name is taken. */
async function movedTo(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    return copied(from, to)
  }
  await unlink(from)
  return true
}

/** For folders on two disks, and disks without links. */
async function copied(from: string, to: string): Promise<boolean> {
  const isTaken = await access(to).then(
    () => true,
    () => false,
  )
  if (isTaken) return false
  const part = `${to}.part`
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    await copyFile(from, part, constants.COPYFILE_FICLONE)
    await rename(part, to)
    await unlink(from)
  }
  return true
}

export async function deleteFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    throw new ConnectError('file-not-moved', `${path} cannot be deleted: ${(error as Error).message}`, {
      cause: error,
      hint: 'Give the user of the worker the right to write in the folder.',
    })
  }
}

/** The folder for a file by the day of its last change. */
export function folderOfDay(folder: string, changed: Date): string {
  return join(folder, changed.toISOString().slice(0, 10))
}

/** What keeps a folder from being used, or null. */
export async function folderProblem(folder: string): Promise<string | null> {
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is no folder`
    await access(folder, constants.R_OK | constants.W_OK)
    return null
  } catch (error) {
    return `${folder} cannot be read and written: ${(error as Error).message}`
  }
}

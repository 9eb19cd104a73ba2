import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Runtime } from 'banyan/kernel'
import { tightenFile } from 'banyan/store/sqlite'
import type { Mailer } from './mailer.ts'

/** What the folder is opened with. */
export interface FolderMailerOptions {
  /** Made at the first mail. */
  readonly folder: string
  readonly runtime: Pick<Runtime, 'clock' | 'ids' | 'log'>
}

/** Mails kept; the oldest make room, so that strangers who ask for mails do not fill the disk. */
const MAILS_MAX = 1_000

/**
 * Writes mails to files that only their owner can read, instead of sending them: for development, and until a real mailer is put in its
 * place. The log says where each one is, not what is in it; the first one names the folder in a warning, because a newcomer who waits for a mail
 * sees no other line.
 */
export function folderMailer({ folder, runtime: { clock, ids, log } }: FolderMailerOptions): Mailer {
  if (existsSync(folder)) for (const name of readdirSync(folder)) tightenFile(path.join(folder, name), log)
  let isSaid = false
  return {
    async send({ to, subject, text }) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const name = `${new Date(clock.now()).toISOString().replaceAll(':', '-')}-${ids.uuid().slice(-12)}.txt`
      const file = path.join(folder, name)
      await writeFile(`${file}.part`, `To: ${oneLine(to)}\nSubject: ${oneLine(subject)}\n\n${text}\n`, { mode: 0o600, flag: 'wx' })
      await rename(`${file}.part`, file)
      if (!isSaid) log.warn('mails are not sent: this one and all others are written to files in a folder', { folder })
      isSaid = true
      log.info('wrote a mail to a file instead of sending it', { file })
      await removeOldest(folder)
    },
    async forget(address) {
      for (const name of existsSync(folder) ? await readdir(folder) : []) {
        const file = path.join(folder, name)
        if ((await textOf(file))?.startsWith(`To: ${oneLine(address)}\n`)) await rm(file, { force: true })
      }
    },
  }
}

/** Undefined when it is gone meanwhile: another erasure, or a newer mail, made room. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined
    throw thrown
  }
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).toSorted()
  await Promise.all(names.slice(0, -MAILS_MAX).map((name) => rm(path.join(folder, name), { force: true })))
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryDirectory } from '@banyan/testing'

/** A disk of its own that a test may fill up. */
export interface SmallDisk extends Disposable {
  readonly path: string
  /** Leaves next to nothing free. */
  fill(): void
  /** Makes room again. */
  free(): void
}

/** Why no small disk can be mounted here; undefined when one can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux may mount a small disk'
  using directory = temporaryDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'banyan-probe', directory.path], { stdio: 'ignore' })
    execFileSync('umount', [directory.path])
    return undefined
  } catch {
    return 'mount is not allowed here'
  }
}

/** Mounts a disk of so many bytes on a new directory. */
export function mountSmallDisk(directory: string, bytes: number): SmallDisk {
  mkdirSync(directory, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'banyan-test', directory])
  const ballast = path.join(directory, 'ballast')
  return {
    path: directory,
    fill: () => fillFile(ballast, bytes),
    free: () => rmSync(ballast, { force: true }),
    [Symbol.dispose]: () => void execFileSync('umount', ['-l', directory]),
  }
}

function fillFile(file: string, bytesMax: number): void {
  for (let bytes = bytesMax; bytes >= 4_096;)
    try {
      writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' })
    } catch {
      bytes = Math.floor(bytes / 2)
    }
}

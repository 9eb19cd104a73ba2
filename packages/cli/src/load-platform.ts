import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Platform } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'

/** Name of the file that maps a platform. */
const PLATFORM_FILE = 'platform.ts'

/** Imports the platform that `directory` or one of its parents maps in `platform.ts`. */
export async function loadPlatform(directory: string): Promise<Platform> {
  const file = findUp(directory)
  if (!file)
    throw new BanyanError('invalid_argument', `no ${PLATFORM_FILE} in ${directory} or above; run the command inside a project that has one`)
  const module = (await import(pathToFileURL(file).href)) as { default?: Platform }
  if (!module.default?.services)
    throw new BanyanError('invalid_argument', `${file} must export its platform: export default platform({ services: [...], gateway })`)
  return module.default
}

function findUp(directory: string): string | undefined {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    const file = path.join(at, PLATFORM_FILE)
    if (existsSync(file)) return file
    if (at === path.dirname(at)) return undefined
  }
}

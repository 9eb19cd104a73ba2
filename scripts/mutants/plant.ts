import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Mutant } from './mutant.ts'

/** A mutant whose text is not in its file exactly once: the code moved on, and the mutant must follow. */
export class StaleMutant extends Error {}

/** Plants a mutant in the copy of the repository at `root`. Returns how to take it out. Throws {@link StaleMutant}. */
export function plant(root: string, mutant: Mutant): () => void {
  const file = path.join(root, mutant.file)
  const sound = readFileSync(file, 'utf8')
  writeFileSync(file, mutated(sound, mutant))
  return () => writeFileSync(file, sound)
}

/** Returns a file's text with the mistake in it. Throws {@link StaleMutant}. */
export function mutated(text: string, { name, file, find, replace }: Mutant): string {
  const count = text.split(find).length - 1
  if (count !== 1)
    throw new StaleMutant(
      `mutant "${name}" is stale: its text is in ${file} ${count} times, expected once; plant the mistake in the code of today`,
    )
  const planted = text.replace(find, () => replace)
  if (planted === text) throw new StaleMutant(`mutant "${name}" changes nothing: "replace" must differ from "find"`)
  return planted
}

import { collection } from './collection.ts'
import type { Documents } from './documents.ts'

/** The highest number that was given. */
interface Sequence {
  readonly name: string
  readonly value: number
}

/** Numbers that count up and are never given twice, also when what had them is gone. */
export const sequences = collection({ name: 'banyan_sequence', key: ({ name }: Sequence) => [name] })

/** Takes the next `count` numbers; returns the last of them. */
export async function takeNumbers(documents: Documents, name: string, count = 1): Promise<number> {
  const taken = await documents.change(sequences, [name], (sequence) => ({ name, value: (sequence?.value ?? 0) + count }))
  return taken?.value ?? count
}

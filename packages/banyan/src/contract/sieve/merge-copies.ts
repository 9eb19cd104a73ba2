import { setField } from '../../kernel/plain-json.ts'

/** Puts together what two variants of a union kept of the same value: each field that one of them kept. Changes the first. */
export function mergeCopies(first: unknown, second: unknown): unknown {
  if (typeof first !== 'object' || first === null || typeof second !== 'object' || second === null) return first
  if (Array.isArray(first) && Array.isArray(second)) {
    for (let index = 0; index < second.length; index++)
      first[index] = index < first.length ? mergeCopies(first[index], second[index]) : second[index]
    return first
  }
  const whole = first as Record<string, unknown>
  for (const [name, part] of Object.entries(second))
    setField(whole, name, Object.hasOwn(whole, name) ? mergeCopies(whole[name], part) : part)
  return whole
}

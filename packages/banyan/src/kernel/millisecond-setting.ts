import { BanyanError } from './error.ts'

/** What a setting in milliseconds may be. */
export interface MillisecondBounds {
  /** Value of a variable that is not set or empty. */
  readonly byDefault: number
  readonly min: number
  /** Default: as large as a number is exact. */
  readonly max?: number
}

/** Reads a variable of the environment in whole milliseconds. Throws `misuse` that names it, its value and its bounds. */
export function millisecondSetting(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  { byDefault, min, max }: MillisecondBounds,
): number {
  const text = environment[name]
  if (text === undefined || text === '') return byDefault
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= min && value <= (max ?? Infinity)) return value
  const bounds = max === undefined ? `, at least ${min}` : ` from ${min} to ${max}`
  throw new BanyanError('misuse', `${name} is "${text}"; give whole milliseconds${bounds}`)
}

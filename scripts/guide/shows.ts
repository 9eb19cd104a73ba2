import { inspect, isDeepStrictEqual } from 'node:util'

/** Returns `actual`; throws when it is not what the page says. Called by what `comparingText` makes. */
export function shows<T>(actual: T, expected: unknown, where: string): T {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${where} says ${inspect(expected, { depth: 9 })}, and it is ${inspect(actual, { depth: 9 })}`)
  return actual
}

import type { Product } from '../contract.ts'

/** Keeps of pictures what the contract names: fields of a newer sender are tolerated, but neither stored nor answered. */
export function toMedia(given: Product['media']): Product['media'] {
  return given.map(({ url, alt }) => ({ url, alt }))
}

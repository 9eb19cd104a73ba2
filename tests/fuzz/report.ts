import type { FuzzShopReport } from './fuzz-shop.ts'

/**
 * What a server may keep of each request, in bytes. A leak keeps at least a request, a promise or a closure, which are thousands;
 * below this is what code, caches and counters add while they settle.
 */
export const BYTES_PER_REQUEST_MAX = 400

/** What a report holds against the shop, for people; empty when nothing was found. */
export function problemsOf({ seed, findings, grownTables, heap, loggedErrors }: FuzzShopReport): string[] {
  const kept = Math.round(heap.bytesPerRequest)
  return [
    ...findings.map(
      ({ operation, complaint, requests }) =>
        `${operation} ${complaint}\n    ${requests.join('\n    ')}\n    again: npm run fuzz -- --only ${operation} --seed ${seed}`,
    ),
    ...(grownTables.length === 0 ? [] : [`requests that were refused added rows: ${grownTables.join('; ')}`]),
    ...(kept <= BYTES_PER_REQUEST_MAX
      ? []
      : [
          `memory keeps ${kept} bytes of each request (at most ${BYTES_PER_REQUEST_MAX}); live bytes by round: ${heap.liveBytes.join(', ')}`,
        ]),
    ...loggedErrors.slice(0, 5).map((line) => `logged as the shop's own error: ${line.slice(0, 500)}`),
  ]
}

/** The number at `share` (0 to 1) of the way from `low` to `high`, both above 0, by orders of magnitude: small ones as often as large ones. */
export function spread(low: number, high: number, share: number): number {
  return low * (high / low) ** share
}

import { misuse } from './error.ts'

/** An amount of money in the smallest unit of its currency, e.g. cents. Always a safe integer: no fractions, ever. */
export interface Money {
  readonly amountMinor: number
  /** ISO 4217 code, e.g. `EUR`. */
  readonly currency: string
}

/** Decimal places of the currencies that do not have two (ISO 4217). */
const EXPONENTS: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, CLP: 0, ISK: 0, VND: 0, BHD: 3, JOD: 3, KWD: 3, OMR: 3, TND: 3 }

/** Returns how many decimal places a currency has: 0, 2 or 3. */
export function currencyExponent(currency: string): number {
  return EXPONENTS[currency] ?? 2
}

/** Adds amounts of one currency. Throws `misuse` when currencies differ or the sum is not a safe integer. */
export function addMoney(first: Money, ...rest: readonly Money[]): Money {
  let amountMinor = first.amountMinor
  for (const part of rest) {
    if (part.currency !== first.currency) misuse(`cannot add ${part.currency} to ${first.currency}; convert first`)
    amountMinor += part.amountMinor
  }
  if (!Number.isSafeInteger(amountMinor)) misuse(`${amountMinor} is beyond the exact range of money; split the amount`)
  return { amountMinor, currency: first.currency }
}

/** Splits `totalMinor` in proportion to `weights` so that the parts add up exactly (largest remainder, earlier index first). */
export function allocateMinor(totalMinor: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum <= 0) misuse('money cannot be split by weights that add up to zero; give at least one positive weight')
  const exact = weights.map((weight) => (totalMinor * weight) / sum)
  const parts = exact.map(Math.floor)
  let missing = totalMinor - parts.reduce((total, part) => total + part, 0)
  const order = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .toSorted((a, b) => b.rest - a.rest || a.index - b.index)
  for (const { index } of order) {
    if (missing-- <= 0) break
    parts[index] = (parts[index] as number) + 1
  }
  return parts
}

/** Writes an amount for people, e.g. `12.34 EUR`. */
export function formatMoney({ amountMinor, currency }: Money): string {
  const exponent = currencyExponent(currency)
  return `${(amountMinor / 10 ** exponent).toFixed(exponent)} ${currency}`
}

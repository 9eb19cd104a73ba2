import type { ShippingRate } from '../contract.ts'

/** One price of a method: holds up to `weightGramsMax`. */
interface WeightRate {
  readonly weightGramsMax: number
  /** In the smallest unit of the order's currency. */
  readonly amountMinor: number
}

/** One way to ship. */
interface ShippingMethod {
  readonly code: string
  readonly name: string
  readonly carrier: string
  readonly zones: readonly { readonly countries: readonly string[]; readonly etaDays: number; readonly rates: readonly WeightRate[] }[]
  /** From this subtotal on it costs nothing; undefined when it always costs. */
  readonly freeFromMinor: number | undefined
}

/** What is to be shipped. */
export interface ParcelFacts {
  readonly country: string
  readonly currency: string
  readonly subtotalMinor: number
  readonly weightGrams: number
}

/** Currencies that rates are given in; amounts are the same figures in each until there is a price list per currency. */
const CURRENCIES: ReadonlySet<string> = new Set(['EUR', 'USD', 'GBP', 'CHF'])

/** Matches every country that no zone before it names. */
const EVERYWHERE = '*'

const PARCEL: readonly WeightRate[] = [
  { weightGramsMax: 1_000, amountMinor: 390 },
  { weightGramsMax: 5_000, amountMinor: 590 },
  { weightGramsMax: 31_500, amountMinor: 990 },
]

/** The shop's ways to ship. */
const METHODS: readonly ShippingMethod[] = [
  {
    code: 'standard',
    name: 'Standard',
    carrier: 'Banyan Post',
    freeFromMinor: 10_000,
    zones: [
      { countries: ['DE', 'AT'], etaDays: 2, rates: PARCEL },
      { countries: [EVERYWHERE], etaDays: 6, rates: dearer(PARCEL, 900) },
    ],
  },
  {
    code: 'express',
    name: 'Express',
    carrier: 'Banyan Express',
    freeFromMinor: undefined,
    zones: [
      { countries: ['DE', 'AT'], etaDays: 1, rates: dearer(PARCEL, 800) },
      { countries: [EVERYWHERE], etaDays: 3, rates: dearer(PARCEL, 2_400) },
    ],
  },
]

/** Codes of all methods. */
export const METHOD_CODES: readonly string[] = METHODS.map((method) => method.code)

/** Returns what a method costs for a parcel; undefined when it does not go there or not so heavy. */
export function shippingRate(code: string, { country, currency, subtotalMinor, weightGrams }: ParcelFacts): ShippingRate | undefined {
  const method = METHODS.find((candidate) => candidate.code === code)
  const zone = method?.zones.find(({ countries }) => countries.includes(country) || countries.includes(EVERYWHERE))
  const rate = zone?.rates.find(({ weightGramsMax }) => weightGrams <= weightGramsMax)
  if (!method || !zone || !rate || !CURRENCIES.has(currency)) return undefined
  const isFree = method.freeFromMinor !== undefined && subtotalMinor >= method.freeFromMinor
  const { name, carrier } = method
  return { shippingMethod: code, name, carrier, amountMinor: isFree ? 0 : rate.amountMinor, currency, etaDays: zone.etaDays }
}

/** Returns who carries parcels of a method and under which name. */
export function carrierOf(code: string): { readonly carrier: string; readonly service: string } {
  const method = METHODS.find((candidate) => candidate.code === code)
  return { carrier: method?.carrier ?? 'Banyan Post', service: method?.code ?? code }
}

function dearer(rates: readonly WeightRate[], byMinor: number): WeightRate[] {
  return rates.map(({ weightGramsMax, amountMinor }) => ({ weightGramsMax, amountMinor: amountMinor + byMinor }))
}

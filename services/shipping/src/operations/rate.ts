import type { ShippingRate } from '../contract.ts'
import { operation } from '../define.ts'
import { METHOD_CODES, shippingRate } from '../domain/rates.ts'

/** What shipping costs, by method. */
export const rate = operation('rate', async ({ shippingMethod, ...parcel }, { fail }) => {
  if (shippingMethod !== undefined && !METHOD_CODES.includes(shippingMethod))
    return fail('unknown_shipping_method', { shippingMethod, available: [...METHOD_CODES] })
  const codes = shippingMethod === undefined ? METHOD_CODES : [shippingMethod]
  const rates = codes.map((code) => shippingRate(code, parcel)).filter((found): found is ShippingRate => found !== undefined)
  if (rates.length === 0) return fail('shipping_unavailable', { country: parcel.country, currency: parcel.currency })
  return { rates }
})

import { BanyanError } from 'banyan'
import { operation } from '../define.ts'
import { readOrderView } from '../projections/read-order-view.ts'
import { STAFF } from '../staff.ts'

/** One order with what other services know about it. */
export const get = operation('get', async ({ id }, { read, permit }) => {
  const view = await read((tx) => readOrderView(tx, id))
  permit(view?.userId, ...STAFF)
  if (!view) throw new BanyanError('not_found', `there is no order ${id}`)
  return view
})

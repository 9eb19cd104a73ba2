import { on } from '../define.ts'
import { userHash } from '../user-hash.ts'

/** Forgets what an erased person did. What all did together stays: it names nobody. */
export const forgetUser = on('user.erased', async ({ data: { userId } }, { transaction }) => {
  await transaction((tx) => tx.behaviour.forget(userHash(userId)))
})

/** Forgets who bought, once the order's own data are erased: it may have been confirmed after the person was forgotten. */
export const forgetBuyer = on('order.personal_data.erased', async ({ data: { orderId } }, { transaction }) => {
  await transaction((tx) => tx.behaviour.forgetBuyer(orderId))
})

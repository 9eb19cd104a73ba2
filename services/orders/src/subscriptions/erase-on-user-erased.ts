import { on } from '../define.ts'
import { erasePerson, erasureId } from '../timers/erase-person.ts'

/** A person is to be forgotten: begins to erase what is personal in their orders. */
export const eraseOnUserErased = on('user.erased', async ({ data: { userId } }, { transaction, now }) => {
  await transaction((tx) => tx.schedule(erasePerson, { id: erasureId(userId), at: now(), data: { userId, askedAt: now() } }))
})

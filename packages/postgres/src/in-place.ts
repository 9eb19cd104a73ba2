import type { BudgetMember } from './connection-budget.ts'
import type { Session } from './session.ts'

/**
 * Puts a session that is being opened in a place that was taken: the place is given back when opening fails, or else when the session is gone.
 * Rejects as `connecting` does.
 */
export async function inPlace(place: Pick<BudgetMember, 'give'>, connecting: Promise<Session>): Promise<Session> {
  const session = await connecting.catch((error: unknown) => {
    place.give()
    throw error
  })
  session.whenGone(() => place.give())
  return session
}

/** Who asked for a new password. */
export interface ResetAsker {
  /** The same for all attempts of one request. */
  readonly requestId: string
  /** Keyed hash of what the request is counted under: the known device, or the account and the address. */
  readonly askedBy: string
  /** Neither a known device nor an address of the owner. */
  readonly isStranger: boolean
}

/**
 * Mails for one account whose tokens are still good, for each known device and each address. Who asked for them has one that works, so more
 * would only fill the mailbox.
 */
export const MAILS_OF_ONE = 3
/**
 * Mails for one account whose tokens are still good, for all strangers together, however many addresses they have: what a mailbox can bear.
 * Known devices and addresses of the owner are not held up by it.
 */
export const MAILS_OF_STRANGERS = 12

/** How many mails may be sent. */
export interface MailLimits {
  readonly mails: number
  readonly mailsOfStrangers: number
}

/** Says whether one more mail may be sent; `pending` are the requests whose mails hold a token that is still good. */
export function mayMail(pending: readonly ResetAsker[], { requestId, askedBy, isStranger }: ResetAsker, limits: MailLimits): boolean {
  const others = new Map(pending.filter((one) => one.requestId !== requestId).map((one) => [one.requestId, one]))
  const asked = [...others.values()]
  if (asked.filter((one) => one.askedBy === askedBy).length >= limits.mails) return false
  return !isStranger || asked.filter((one) => one.isStranger).length < limits.mailsOfStrangers
}

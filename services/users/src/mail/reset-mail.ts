import type { Mail } from './mailer.ts'

/** What the mail says. */
export interface ResetMailParts {
  readonly to: string
  readonly token: string
  readonly minutes: number
  /** Page that takes the token, without it; undefined where the shop has none. */
  readonly page: string | undefined
}

/** Writes the mail that lets a user set a new password. The token stands after a `#`: browsers keep that part from servers and their logs. */
export function resetMail({ to, token, minutes, page }: ResetMailParts): Mail {
  const how =
    page === undefined
      ? `To set a new one, send this token and the new password to POST /api/auth/reset:\n\n${token}`
      : `To set a new one, open this page:\n\n${page}#token=${token}`
  const text = `Somebody asked for a new password for this address.\n\n${how}\n\nIt can be used once, within ${minutes} minutes. If it was not you, do nothing: your password stays as it is.`
  return { to, subject: 'A new password for your account', text }
}

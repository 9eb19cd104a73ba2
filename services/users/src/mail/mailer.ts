/** A mail to one person, in plain text. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** THE MAIL PORT: sends mails. Rejects when a mail was not taken; then it is tried again, so one may be sent twice. */
export interface Mailer {
  send(mail: Mail): Promise<void>
  /** Removes what it keeps of mails to an address, for a mailer that keeps any. Called when the person is erased. */
  forget?(address: string): Promise<void>
}

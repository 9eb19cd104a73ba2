/** Returns the form in which emails are stored and compared: trimmed, lower case, composed Unicode. */
export function normalEmail(text: string): string {
  return text.trim().normalize('NFC').toLowerCase()
}

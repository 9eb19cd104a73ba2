import { oneLine } from 'banyan/telemetry'

/** Writes a text so that a shell takes it as one word, and a terminal as text. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+=,-][\w./:@%+=,~-]*$/.test(text)) return text
  return oneLine(`'${text.replaceAll("'", String.raw`'\''`)}'`)
}

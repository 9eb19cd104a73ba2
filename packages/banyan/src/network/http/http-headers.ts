import { type Header, isFraming } from '../headers.ts'

/** Returns the headers of a message without those of its frame. */
export function headerList(raw: readonly string[]): readonly Header[] {
  const list: Header[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]]
    if (!isFraming(name)) list.push([name, value])
  }
  return list
}

/** Returns headers as Node takes them: a name that is there twice has a list of values. */
export function headerFields(headers: readonly Header[]): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null) as {}
  for (const [name, value] of headers) {
    const known = fields[name.toLowerCase()]
    fields[name.toLowerCase()] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value]
  }
  return fields
}

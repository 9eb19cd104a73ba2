/** Says in words what kind of value stands at a JSON pointer, and nothing of the value itself. */
export function kindAt(value: unknown, pointer: string): string {
  let at = value
  for (const segment of pointer.split('/').slice(1)) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return 'absent'
    at = (at as Record<string, unknown>)[name]
  }
  return kindOf(at)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (typeof value === 'string') return 'a text'
  if (typeof value === 'number')
    return Number.isInteger(value) ? 'a whole number' : Number.isFinite(value) ? 'a number with a fraction' : 'no number'
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object') return `a ${typeof value}`
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor.name
  return name === undefined || name === 'Object' ? 'an object' : `a ${name}`
}

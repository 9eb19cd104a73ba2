import { isRecord, misuse, onlyParts, shownValue } from 'banyan/kernel'

// Owns: what a value of one option may be. Each check throws `misuse` that names the option, what came and what is allowed.

/** Throws `misuse` for a value that an option named `name` must not have. */
export type OptionCheck = (name: string, value: unknown) => void

/** A whole number between bounds, both of them allowed; `unit` says what is counted. */
export function whole(unit: string, least: number, most: number): OptionCheck {
  return (name, value) => {
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
    misuse(`${name} is ${shownValue(value)}; give ${unit} as a whole number from ${least} to ${most}, or leave it out for the default`)
  }
}

/** A text that is not empty. */
export const text: OptionCheck = (name, value) => {
  if (typeof value !== 'string' || value.trim() === '') misuse(`${name} is ${shownValue(value)}; give a text that is not empty`)
}

/** One of some texts. */
export function oneOf(allowed: readonly string[]): OptionCheck {
  return (name, value) => {
    if (!allowed.includes(value as string)) misuse(`${name} is ${shownValue(value)}; give one of ${allowed.join(', ')}`)
  }
}

/** True or false. A text such as "off" would count as true. */
export const flag: OptionCheck = (name, value) => {
  if (typeof value !== 'boolean') misuse(`${name} is ${shownValue(value)}; give true or false`)
}

/** A function. */
export const callable: OptionCheck = (name, value) => {
  if (typeof value !== 'function') misuse(`${name} is ${shownValue(value)}; give a function`)
}

/** An object with methods, of which nothing else is asked here. */
export const instance: OptionCheck = (name, value) => {
  if (!isRecord(value)) misuse(`${name} is ${shownValue(value)}; give an object`)
}

/** A list. */
export function listOf(item: OptionCheck): OptionCheck {
  return (name, value) => {
    if (!Array.isArray(value)) misuse(`${name} is ${shownValue(value)}; give a list`)
    for (const [index, one] of value.entries()) item(`${name}[${index}]`, one)
  }
}

/** A list of at least one; `otherwise` says what leaving it out means. */
export function someOf(item: OptionCheck, otherwise: string): OptionCheck {
  const list = listOf(item)
  return (name, value) => {
    list(name, value)
    if ((value as readonly unknown[]).length === 0) misuse(`${name} is an empty list; name at least one, or ${otherwise}`)
  }
}

/** An object by names that the author chooses. */
export function byName(item: OptionCheck): OptionCheck {
  return (name, value) => {
    if (!isRecord(value)) misuse(`${name} is ${shownValue(value)}; give an object, by name`)
    for (const [key, one] of Object.entries(value)) if (one !== undefined) item(`${name}[${JSON.stringify(key)}]`, one)
  }
}

/** Something else, or exactly `constant`. */
export function orElse(constant: unknown, other: OptionCheck): OptionCheck {
  return (name, value) => {
    if (value !== constant) other(name, value)
  }
}

/** An object with these parts and no others; of them, those in `needed` must be there. */
export function parts(checks: Readonly<Record<string, OptionCheck>>, needed: readonly string[] = []): OptionCheck {
  const names = Object.keys(checks)
  return (name, value) => {
    if (!isRecord(value)) misuse(`${name} is ${shownValue(value)}; give an object with ${names.join(', ')}`)
    onlyParts(name, value, names)
    for (const part of needed) if (value[part] === undefined) misuse(`${name} has no ${part}; give { ${needed.join(', ')} }`)
    for (const [part, check] of Object.entries(checks)) if (value[part] !== undefined) check(`${name}.${part}`, value[part])
  }
}

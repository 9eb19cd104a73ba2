import type { CommandAction } from './command.ts'
import { PlatformAnswer } from './operator.ts'

/**
 * Names the fields that the platform refused as they were typed: `--status must be …`. The platform speaks of the fields of its own API, which
 * nobody who types a command has seen.
 */
export function asTyped(thrown: unknown, action: CommandAction): unknown {
  if (!(thrown instanceof PlatformAnswer) || thrown.fields === undefined || thrown.fields.length === 0) return thrown
  const { code, status, fields } = thrown
  return new PlatformAnswer(code, fields.map(({ path, expected }) => `${typed(path, action)} ${expected}`).join('; '), { status, fields })
}

function typed(path: string, action: CommandAction): string {
  const [, field = ''] = path.split('/')
  if (Object.hasOwn(action.options, field)) return `--${field}`
  return action.arguments.includes(field) ? `<${field}>` : path || 'the request'
}

import { LossRefused } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import { EXIT, exitCodeOf } from './exit-code.ts'
import { LoadFailure } from './load-failure.ts'
import { PlatformAnswer } from './operator.ts'

/** What a command says when it cannot do what it was asked for. */
export interface CommandFailure {
  readonly code: string
  readonly message: string
  readonly exitCode: number
  /** More lines for people. */
  readonly details: readonly string[]
}

/** Makes a message and an exit code of whatever was thrown: expected failures in their own words, bugs with their stack. */
export function commandFailure(thrown: unknown): CommandFailure {
  if (thrown instanceof LoadFailure)
    return { code: thrown.code, message: thrown.message, exitCode: EXIT.configuration, details: thrown.lines }
  if (thrown instanceof BanyanError) {
    const exitCode = exitCodeOf(thrown.code, { answered: thrown instanceof PlatformAnswer || thrown instanceof LossRefused })
    return { code: thrown.code, message: thrown.message, exitCode, details: [] }
  }
  if (isSystemError(thrown)) return { code: thrown.code, message: thrown.message, exitCode: systemExitCode(thrown), details: [] }
  const [message = '', ...stack] = (thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)).split('\n')
  return { code: 'internal', message: `this is a bug: ${message}`, exitCode: EXIT.software, details: stack }
}

interface SystemError extends Error {
  readonly code: string
  readonly syscall: string
}

/** What the operating system refused; its messages name the path or the address. */
function isSystemError(thrown: unknown): thrown is SystemError {
  return thrown instanceof Error && typeof (thrown as { code?: unknown }).code === 'string' && 'syscall' in thrown
}

const NETWORK_CALLS: ReadonlySet<string> = new Set(['connect', 'listen', 'bind', 'getaddrinfo', 'read', 'write', 'queryA'])

function systemExitCode({ syscall, code }: SystemError): number {
  return NETWORK_CALLS.has(syscall) && !code.startsWith('EIO') && code !== 'ENOSPC' ? EXIT.unavailable : EXIT.io
}

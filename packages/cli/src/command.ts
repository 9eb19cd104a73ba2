import type { ParseArgsOptionsConfig } from 'node:util'

/** What a command may touch. */
export interface CommandEnvironment {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the command was called. */
  readonly directory: string
  print(text: string): void
  printError(text: string): void
}

/** A call of a command, with its arguments read. */
export interface CommandCall extends CommandEnvironment {
  readonly positionals: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  /** True when the answer is to be JSON. */
  readonly json: boolean
}

/** A command of `banyan`. */
export interface Command {
  readonly name: string
  /** One line for the overview. */
  readonly summary: string
  /** Arguments, options and examples. */
  readonly help: string
  readonly options: ParseArgsOptionsConfig
  /** Returns the exit code. */
  run(call: CommandCall): Promise<number>
}

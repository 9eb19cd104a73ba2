import type { Command, CommandAction } from './command.ts'
import { exitCodeTable } from './exit-code.ts'

/** Options that every command has. */
const COMMON: readonly (readonly [string, string])[] = [
  ['--json', 'answer, and fail, in JSON'],
  ['-h, --help', 'this text'],
]

/** The help of one command. */
export function commandHelp(command: Command): string {
  const actions = Object.entries(command.actions)
  const usages = actions.map(([name, action]) => [usageOf(command, name, action), action.summary] as const)
  const options = new Map(actions.flatMap(([, action]) => Object.entries(action.options)))
  const rows = [...[...options].map(([name, { value, summary }]) => [`--${name} <${value}>`, summary] as const), ...COMMON]
  const more = actions.length === 1 ? '' : `\n\n${columns(actions.map(([name, { summary }]) => [name, summary]))}`
  return `Usage: ${usages.map(([usage]) => usage).join('\n       ')}

${command.about}${more}

Options:
${columns(rows)}

Exit codes: see banyan --help.`
}

/** What there is, with the exit codes of all commands. */
export function overview(commands: readonly Command[]): string {
  return `Usage: banyan <command> [options]

${columns(commands.map(({ name, summary }) => [`banyan ${name}`, summary]))}

In a clone of Banyan's repository "banyan" is "npm run banyan --".
banyan <command> --help says more; --json answers in JSON.

Exit codes:
${exitCodeTable()}`
}

/** How an action is called: its arguments in their order, and its options. */
export function usageOf({ name, usually }: Command, actionName: string, action: CommandAction): string {
  const words = [
    'banyan',
    name,
    ...(actionName === '' ? [] : [actionName === usually ? `[${actionName}]` : actionName]),
    ...action.arguments.map((argument) => `<${argument}>`),
    ...Object.entries(action.options).map(([option, { value, required = false }]) =>
      required ? `--${option} <${value}>` : `[--${option} <${value}>]`,
    ),
  ]
  return words.join(' ')
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n')
}

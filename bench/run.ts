// `npm run bench`: runs the sections, each figure beside its floor. Exit code 0 when all ran, 1 when one failed, 2 for wrong arguments.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { whenAskedToEnd } from '../scripts/when-asked-to-end.ts'
import { describeMachine } from './machine.ts'
import { type Report, reportText, type SectionReport, withFigures } from './report.ts'
import type { BenchOptions, Section } from './section.ts'
import { SECTIONS } from './sections.ts'

const HELP = `Usage: npm run bench -- [options]

  --only a,b        only these sections: ${SECTIONS.map((section) => section.name).join(', ')}
  --repeat 3        how often each figure is measured; the median is reported, with the lowest and the highest
  --clients 1,16,64,256   concurrent clients of the shop
  --orders 2000     orders of one measured run
  --in-flight 1,32,256    sagas in flight at once
  --seconds 3       how long sagas are measured at each number in flight
  --peers           other engines with the same work beside ours (sagas, local-call); installs bench/peers on first use
  --quick           smaller data where a section would take minutes
  --json            one JSON document on standard output
  --write           also writes the figures into docs/benchmarks.md and README.md, where these sections have their places
  --help            this

Sections:
${SECTIONS.map((section) => `  ${section.name.padEnd(12)} ${section.measures}`).join('\n')}`

/** Where the figures are kept for readers: all of them, and some. */
const PAGES = ['docs/benchmarks.md', 'README.md'].map((page) => path.resolve(import.meta.dirname, '..', page))

whenAskedToEnd((exitCode) => process.exit(exitCode)) // listeners of `exit` end the shop, servers and scripts
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const parsed = parse(args)
  if (typeof parsed === 'string') {
    console.error(`${parsed}\n\n${HELP}`)
    return 2
  }
  const { help, json, write, sections, options } = parsed
  if (help) {
    console.log(HELP)
    return 0
  }
  const begun = { machine: describeMachine(), at: new Date().toISOString(), repeat: options.repeat }
  const reports: SectionReport[] = []
  let failed = false
  for (const section of sections) {
    try {
      reports.push(await runSection(section, options))
    } catch (error) {
      failed = true
      console.error(`${section.name} failed: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
  const report: Report = { ...begun, sections: reports }
  if (json) console.log(JSON.stringify(report, null, 2))
  else console.log(`\n${reportText(report)}`)
  if (write) writePages(report)
  return failed ? 1 : 0
}

function writePages(report: Report): void {
  for (const page of PAGES)
    for (const section of report.sections) {
      const filled = withFigures(readFileSync(page, 'utf8'), section, report)
      if (filled !== undefined) writeFileSync(page, filled)
      else if (page === PAGES[0])
        console.error(`${page} has no place for the figures of ${section.name}: add <!-- figures:${section.name} --> and its end`)
    }
}

async function runSection(section: Section, options: Omit<BenchOptions, 'note'>): Promise<SectionReport> {
  const { name, measures, durability } = section
  const notes = new Set<string>()
  const figures = await section.run({ ...options, note: (sentence) => notes.add(sentence) })
  return { name, measures, durability, figures, notes: [...notes] }
}

interface Arguments {
  readonly help: boolean
  readonly json: boolean
  readonly write: boolean
  readonly sections: readonly Section[]
  readonly options: Omit<BenchOptions, 'note'>
}

// Returns what is wrong, in words, when the arguments cannot be used.
function parse(args: readonly string[]): Arguments | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        repeat: { type: 'string', default: '3' },
        clients: { type: 'string', default: '1,16,64,256' },
        orders: { type: 'string', default: '2000' },
        'in-flight': { type: 'string', default: '1,32,256' },
        seconds: { type: 'string', default: '3' },
        peers: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const options = {
      repeat: count('--repeat', values.repeat),
      clients: counts('--clients', values.clients),
      orders: count('--orders', values.orders),
      inFlight: counts('--in-flight', values['in-flight']),
      seconds: count('--seconds', values.seconds),
      peers: values.peers,
      quick: values.quick,
      progress: (message: string) => process.stderr.write(`${message}\n`),
    }
    return { help: values.help, json: values.json, write: values.write, sections: choose(values.only), options }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function choose(only: string | undefined): readonly Section[] {
  if (only === undefined) return SECTIONS
  const names = only.split(',')
  const unknown = names.filter((name) => !SECTIONS.some((section) => section.name === name))
  if (unknown.length > 0)
    throw new Error(`--only: no section "${unknown.join('", "')}"; there are ${SECTIONS.map(({ name }) => name).join(', ')}`)
  return SECTIONS.filter((section) => names.includes(section.name))
}

function counts(option: string, text: string): readonly number[] {
  return text.split(',').map((part) => count(option, part))
}

function count(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option}: expected a whole number from 1 on; got "${text}"`)
  return value
}

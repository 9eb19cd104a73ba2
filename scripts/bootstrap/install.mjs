// Makes node_modules say what package-lock.json says.
// npm leaves its own record of what it installed in node_modules/.package-lock.json and writes it last, so an
// `npm install` by hand is recognised without a marker of ours.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { isLocked, lock, unlock } from './install-lock.mjs'
import { noNodeMessage, repositoryNode } from './repository-node.mjs'

const OUTPUT_CHARACTERS_MAX = 20_000 // enough for npm's last errors; its warnings about engines can be long

/** Installs when needed. Resolves to undefined, or to `{ message, exitCode }` when the repository cannot run. */
export async function ensureInstalled(root) {
  if (isReady(root)) return undefined
  await lock(root)
  if (isInstalled(root) && repositoryNode(root)) return unlock(root) // another terminal did it meanwhile
  const result = await runInstall(root)
  if (!result.interrupted) unlock(root) // npm undoes what it could not finish
  if (result.interrupted) return { message: 'Interrupted. The same command begins the installation again.', exitCode: result.exitCode }
  if (result.exitCode !== 0) return { message: explain(result.output), exitCode: result.exitCode }
  return repositoryNode(root) ? undefined : { message: noNodeMessage(), exitCode: 1 }
}

const isReady = (root) => !isLocked(root) && isInstalled(root) && repositoryNode(root) !== undefined

/** Whether every package of package-lock.json stands in node_modules in the locked version. */
function isInstalled(root) {
  const wanted = readPackages(path.join(root, 'package-lock.json'))
  const present = readPackages(path.join(root, 'node_modules', '.package-lock.json'))
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([place, lock]) => {
    if (!place.startsWith('node_modules/')) return true // the root and the workspaces themselves
    const found = present[place]
    if (!found) return lock.optional === true // made for another system
    return found.version === lock.version && found.integrity === lock.integrity && found.resolved === lock.resolved
  })
}

function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

async function runInstall(root) {
  const started = Date.now()
  const stopProgress = showProgress(started)
  const result = await runNpm(root)
  stopProgress(result.exitCode === 0 ? `Installed in ${seconds(started)} s.` : `Installing failed after ${seconds(started)} s.`)
  return result
}

function runNpm(root) {
  const { command, prefix, shell } = npmCommand()
  // `install`, not `ci`: it changes only what differs and never pulls node_modules away from under another terminal's
  // server; --no-save leaves package-lock.json alone, and `tidy` sees to it that the lock agrees with package.json.
  // A short retry: without a network the answer should come within seconds, not minutes.
  const options = [
    '--no-save',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
    '--prefer-offline',
    '--fetch-retries=2',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  ]
  const env = { ...process.env }
  delete env.NODE_ENV // "production" would leave the tools out
  return new Promise((resolve) => {
    const npm = spawn(command, [...prefix, 'install', ...options], { cwd: root, env, shell, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const collect = (chunk) => (output = (output + chunk).slice(-OUTPUT_CHARACTERS_MAX))
    npm.stdout.on('data', collect)
    npm.stderr.on('data', collect)
    // Killed, because npm answers a polite signal by undoing its work for many seconds. The lock stays, so the next start begins anew.
    let interrupted
    const stop = (signal) => {
      interrupted = signal
      npm.kill('SIGKILL')
    }
    process.on('SIGINT', stop).on('SIGTERM', stop)
    npm.on('error', (error) => resolve({ exitCode: 1, output: `npm error cannot be started: ${error.message}` }))
    npm.on('close', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop)
      resolve({
        exitCode: interrupted === 'SIGINT' ? 130 : interrupted ? 143 : (code ?? 1),
        output,
        interrupted: interrupted !== undefined,
      })
    })
  })
}

// The npm that runs us, with the Node that runs it: `node` in PATH may be the one that is about to be replaced.
function npmCommand() {
  const script = process.env.npm_execpath
  if (script && path.basename(script) === 'npm-cli.js') {
    return { command: process.env.npm_node_execpath ?? process.execPath, prefix: [script], shell: false }
  }
  return { command: 'npm', prefix: [], shell: process.platform === 'win32' }
}

function showProgress(started) {
  const what = 'Installing Node 26 and packages (300 MB, only when they change)'
  const out = process.stderr
  if (!out.isTTY) {
    out.write(`${what} ...\n`)
    return (end) => out.write(`${end}\n`)
  }
  const draw = () => out.write(`\r${what}: ${seconds(started)} s`)
  draw()
  const timer = setInterval(draw, 1000)
  return (end) => {
    clearInterval(timer)
    out.write(`\n${end}\n`)
  }
}

const seconds = (started) => Math.round((Date.now() - started) / 1000)

const HINTS = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network/i,
    'The package registry cannot be reached. The first start needs the network once. Connect, or point npm to a registry or proxy\nthat answers (`npm config set registry …`, `npm config set proxy …`), then run the same command again.',
  ],
  [/ENOSPC/, 'The disk is full. Free about 500 MB and run the same command again.'],
  [/EACCES|EPERM|EROFS/, "npm may not write here. Make the folder and npm's cache (`npm config get cache`) writable for this user."],
  [/EINTEGRITY/, 'A download is not what package-lock.json expects. Run `npm cache verify` and the same command again.'],
]

function explain(output) {
  const hint = HINTS.find(([pattern]) => pattern.test(output))?.[1] ?? 'npm could not install the packages; its messages stand above.'
  const errors = output
    .split('\n')
    .filter((line) => /^npm error ./.test(line) && !/A complete log/.test(line))
    .slice(0, 4)
  return [...errors, '', hint].join('\n')
}

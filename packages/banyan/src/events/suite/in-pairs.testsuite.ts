/** Works on two cases at a time: children are mostly start-up. */
export async function inPairs<C>(all: readonly C[], run: (one: C) => Promise<void>): Promise<void> {
  const rest = [...all]
  const worker = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await run(next)
  }
  await Promise.all([worker(), worker()])
}

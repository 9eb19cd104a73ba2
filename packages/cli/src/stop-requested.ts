/**
 * Resolves with the reason when the process is asked to stop: Ctrl-C, SIGTERM, or the death of the wrapper that started it.
 * A second signal ends the process at once.
 */
export function stopRequested(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  return new Promise((resolve) => {
    let asked = false
    const ask = (reason: string): void => {
      if (asked) process.exit(130)
      asked = true
      resolve(reason)
    }
    process.on('SIGINT', () => ask('SIGINT'))
    process.on('SIGTERM', () => ask('SIGTERM'))
    if (environment.BANYAN_PARENT_IPC === '1' && process.channel) {
      process.channel.unref()
      process.on('disconnect', () => {
        if (!asked) ask('the starting process ended')
      })
    }
  })
}

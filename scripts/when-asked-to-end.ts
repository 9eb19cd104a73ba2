/**
 * Calls `end` with the exit code when this command is asked to end: 130 for Ctrl-C, 143 for SIGTERM or when the wrapper of `npm run` is gone.
 * Children are ended by `end` itself or by listeners of `exit`, which a signal by itself does not reach.
 */
export function whenAskedToEnd(end: (exitCode: number) => void): void {
  process.on('SIGINT', () => end(130))
  process.on('SIGTERM', () => end(143))
  process.on('disconnect', () => end(143))
  process.channel?.unref() // listening for the wrapper's end alone must not keep us running
}

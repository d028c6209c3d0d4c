// The end of this process, whatever still hangs in it (OPS-7).

/**
 * `process.exit` waits for threads that read a file, and one on another machine's folder may never answer. A program that takes our
 * place leaves them behind, and still says the exit code.
 */
export const endProcess = (exitCode: number): never => {
  if (process.getActiveResourcesInfo().includes('FSReqPromise'))
    process.execve?.(process.execPath, [process.execPath, '-e', `process.exit(${exitCode})`], {})
  process.exit(exitCode)
}

// Ends a run with the line `N passed, N failed`, and fails a run in which no test ran.
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0
    let failed = unhandledErrors.length
    for (const module of modules) {
      // A file that could not be loaded, or a hook that failed, is a failure although no test says so.
      failed += module.errors().length
      for (const suite of module.children.allSuites()) failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed') failed += 1
      }
    }
    if (failed > 0 || passed === 0) process.exitCode = 1
    // Printed when all else has been: vitest's own summary, and complaints while closing.
    process.once('exit', () => process.stdout.write(`${passed} passed, ${failed} failed\n`))
  }
}

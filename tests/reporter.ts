// Ends a run with a line for each failure, one for each test that passed at its second try only, and the line
// `N passed, N failed`. Fails a run in which no test ran.
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

const line = (what: 'FAILED' | 'UNSTABLE', where: string, errors: readonly SerializedError[] | undefined) =>
  `${what} ${where}: ${errors?.[0]?.message.split('\n', 1)[0] ?? 'no error given'}\n`

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0
    const unstable: string[] = []
    const failures = unhandledErrors.map((error) => line('FAILED', 'outside a test', [error]))
    for (const module of modules) {
      const file = module.relativeModuleId
      // A file that could not be loaded, or a hook that failed, is a failure although no test says so.
      failures.push(...module.errors().map((error) => line('FAILED', file, [error])))
      for (const suite of module.children.allSuites()) {
        failures.push(...suite.errors().map((error) => line('FAILED', `${file} > ${suite.fullName}`, [error])))
      }
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        const where = `${file} > ${test.fullName}`
        if (state === 'passed') passed += 1
        if (state === 'failed') failures.push(line('FAILED', where, errors))
        if (test.diagnostic()?.flaky) unstable.push(line('UNSTABLE', where, errors))
      }
    }
    if (failures.length > 0 || passed === 0) process.exitCode = 1
    // Printed when all else has been: vitest's own summary, and complaints while closing.
    process.once('exit', () => {
      process.stdout.write(`${[...unstable, ...failures].join('')}${passed} passed, ${failures.length} failed\n`)
    })
  }
}

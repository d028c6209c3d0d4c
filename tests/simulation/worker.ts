// Does one task after the other, in a thread of its own.
import { parentPort } from 'node:worker_threads'
import { useLightGlobals } from './light-globals.ts'
import { perform, type Task } from './tasks.ts'

useLightGlobals()
// Each request that is given up makes an error, whose stack nobody reads.
Error.stackTraceLimit = 0
parentPort?.on('message', (task: Task) => {
  // Unheard, a rejection ends the thread, and with it the run.
  void perform(task).then((done) => parentPort?.postMessage(done))
})

// Some threads that share the tasks.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Done, Task } from './tasks.ts'

/** Gives what came of each task, in their order. `progress` hears of each as it is done. */
export async function inThreads(
  tasks: readonly Task[],
  threads: number,
  progress: (done: number, task: Task, outcome: Done) => void,
): Promise<Done[]> {
  const outcomes: Done[] = []
  let next = 0
  let done = 0
  const work = async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    try {
      while (next < tasks.length) {
        const index = next++
        const task = tasks[index] as Task
        worker.postMessage(task)
        // Rejects where the thread failed.
        const [outcome] = (await once(worker, 'message')) as [Done]
        outcomes[index] = outcome
        progress(++done, task, outcome)
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, tasks.length) }, work))
  return outcomes
}

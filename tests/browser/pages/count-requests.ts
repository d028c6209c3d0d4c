// Runs in the browser before all else: counts the requests whose answer has not come, or has not been read by the page yet.

declare global {
  var unanswered: number
}

export const countRequests = (): void => {
  const { fetch: send } = globalThis
  globalThis.unanswered = 0
  globalThis.fetch = async (...request) => {
    globalThis.unanswered += 1
    const done = () => {
      // After what the page does with the answer: it may ask for more at once. A message waits for no clock.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        globalThis.unanswered -= 1
        port1.close()
      }
      port2.postMessage(null)
    }
    try {
      const answer = await send(...request)
      answer.clone().arrayBuffer().then(done, done)
      return answer
    } catch (error) {
      done()
      throw error
    }
  }
}

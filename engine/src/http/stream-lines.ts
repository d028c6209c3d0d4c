// An answer of any length: made as it is read, so that a slow reader fills no memory.
const chunkLength = 64 * 1024

/**
 * The lines as the body of an answer, the first of them read already: what fails before it is answered as any fault. `end` is called
 * once, however it ends. What breaks, or is not read within `maxMs`, ends the connection but not the body: every client takes that for
 * a failed download.
 */
export const streamLines = async (
  lines: AsyncGenerator<string, void, undefined>,
  { maxMs, end }: { readonly maxMs: number; end(error?: unknown): void },
): Promise<ReadableStream<Uint8Array>> => {
  let isOver = false
  const finish = (error?: unknown) => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    end(error)
    void lines.return().catch(() => {})
  }
  let timer: NodeJS.Timeout | undefined
  let { value, done } = await lines.next().catch((error: unknown) => {
    finish()
    throw error
  })
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const expire = () => {
          const late = new Error(`the answer was not read within ${maxMs} ms`)
          controller.error(late)
          finish(late)
        }
        timer = setTimeout(expire, maxMs).unref()
      },
      pull: async (controller) => {
        try {
          let text = ''
          for (; !done && text.length < chunkLength; { value, done } = await lines.next()) text += `${value}\n`
          if (isOver) return
          if (text !== '') return controller.enqueue(Buffer.from(text))
          finish()
          controller.close()
        } catch (error) {
          finish(error)
          throw error
        }
      },
      cancel: () => finish(),
    },
    { highWaterMark: 0 },
  )
}

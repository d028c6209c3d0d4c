/** A product is small. */
const maxBytes = 16_384

/** The body of a request, or null where it is no JSON or too long: what becomes of it is for the checks that follow. */
export const readJson = async (request: Request): Promise<unknown> => {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of request.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > maxBytes) return null
  }
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

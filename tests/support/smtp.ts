// A mail server that takes letters and keeps them.
import { SMTPServer } from 'smtp-server'

export type ReceivedMail = { readonly to: string; readonly content: string }

export type MailServer = {
  /** For the setting: `smtp://127.0.0.1:…`. */
  readonly url: string
  readonly received: readonly ReceivedMail[]
  stop(): Promise<void>
}

type MailServerOptions = {
  /** Whether there is no such mailbox. */
  readonly refuses?: (address: string) => boolean
  /** Whether it says so for now, as of a domain that is not found. */
  readonly putsOff?: (address: string) => boolean
}

const fault = (text: string, responseCode: number) => Object.assign(new Error(text), { responseCode })

export const startMailServer = async ({
  refuses = () => false,
  putsOff = () => false,
}: MailServerOptions = {}): Promise<MailServer> => {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => {
      if (refuses(address)) return done(fault('no such mailbox', 550))
      done(putsOff(address) ? fault('4.1.2 Domain not found', 450) : null)
    },
    onData: (stream, session, done) => {
      let content = ''
      stream.on('data', (chunk: Buffer) => {
        content += chunk.toString('utf8')
      })
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo[0]?.address ?? '', content })
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

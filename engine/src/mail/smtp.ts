import { type Changing, textNow } from '../primitives/changing.ts'
import type { Message } from './letter.ts'
import type { Handed, Transport } from './transport.ts'

/** Each step with a mail server that says nothing ends after so long; none waits for the next. */
const defaultPatienceMs = 10_000

type SmtpError = { readonly responseCode?: number; readonly command?: string }

/**
 * A permanent fault (RFC 5321 section 4.2.1) of this one letter: its reader or its text. What the server says of us, at the greeting,
 * to our name and password or of the sender, is a setting to be mended: the letter waits for that.
 */
const isRefusal = ({ responseCode = 0, command = '' }: SmtpError): boolean =>
  responseCode >= 550 && responseCode < 560 && ['RCPT TO', 'DATA'].includes(command)

/** A mailbox that is full, a domain that is not found, a list of greys. After 421 the server closes: that is of itself. */
const isPutOff = ({ responseCode = 0, command = '' }: SmtpError): boolean =>
  responseCode >= 450 && responseCode < 460 && command === 'RCPT TO'

/**
 * Mail through a server. `url`: `smtp://user:password@host:587` (TLS by STARTTLS where the server has it) or `smtps://…`;
 * `from`: `Shop <no-reply@shop.example.com>`.
 */
export const createSmtpTransport = (input: {
  readonly url: Changing
  readonly from: string
  readonly patienceMs?: number
}): Transport => {
  const { from, patienceMs = defaultPatienceMs } = input
  // Loaded when the first letter goes out: a node that sends none starts without it.
  const connect = async (url: string) => {
    const { createTransport } = await import('nodemailer')
    const steps = {
      connectionTimeout: patienceMs,
      greetingTimeout: patienceMs,
      socketTimeout: patienceMs,
      dnsTimeout: patienceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    }
    return createTransport({ url, ...steps }, { from })
  }
  let connected: { readonly url: string; readonly transporter: ReturnType<typeof connect> } | undefined
  /** Each letter has a connection of its own: that of a former address ends with its letter. */
  const reach = (): NonNullable<typeof connected> => {
    const url = textNow(input.url)
    if (connected?.url !== url) connected = { url, transporter: connect(url) }
    return connected
  }
  return {
    send: async ({ to, subject, text, html }: Message, id): Promise<Handed> => {
      const { url, transporter } = reach()
      try {
        const { hostname } = new URL(url)
        const headers = { 'Auto-Submitted': 'auto-generated' }
        await (await transporter).sendMail({ to, subject, text, html, headers, messageId: `<${id}@${hostname}>` })
        return { outcome: 'sent' }
      } catch (error) {
        const { message } = error as Error
        if (isRefusal(error as SmtpError)) return { outcome: 'refused', why: message }
        if (isPutOff(error as SmtpError)) return { outcome: 'put_off', why: message }
        throw error
      }
    },
    check: async () => void (await (await reach().transporter).verify()),
    close: () => void connected?.transporter.then((one) => one.close()),
  }
}

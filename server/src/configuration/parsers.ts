// Text of the environment → a value, or what is wrong with it and what would be right.
import { isIP } from 'node:net'
import type { Catalogue } from '../messages/catalogue.ts'

export type Parsed<Value> = { readonly ok: true; readonly value: Value } | Wrong
type Wrong = { readonly ok: false; readonly wrong: string; readonly right: string }
export type Parser<Value> = (text: string, messages: Catalogue) => Parsed<Value>

const right = <Value>(value: Value): Parsed<Value> => ({ ok: true, value })

export const text: Parser<string> = (input) => right(input)

/** An origin, without a path; given without the last slash. */
export const origin: Parser<string> = (input, { faults }) => {
  const url = URL.parse(input)
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return right(url.origin)
  return { ok: false, wrong: faults.isNot(input), right: faults.origin }
}

/** Whatever else it holds may be a secret, and is not shown. */
export const webAddress: Parser<string> = (input, { faults }) =>
  /^https?:$/.test(URL.parse(input)?.protocol ?? '')
    ? right(input)
    : { ok: false, wrong: faults.noUrl, right: faults.url }

/** As Sentry shows it: the key, its server, the number of the project. */
export const isDsn = (input: string): boolean => /^https?:\/\/\w+(?::\w*)?@[^\s/?#@]+\/(?:[^\s?#]*\/)?\d+$/.test(input)

export const dsn: Parser<string> = (input, { faults }) =>
  isDsn(input) && URL.canParse(input) ? right(input) : { ok: false, wrong: faults.noDsn, right: faults.dsn }

/** As OpenTelemetry reads them: `name=value`, several by comma (RFC 9110 section 5.6.2 for the names). */
export const areHeaders = (input: string): boolean =>
  input.split(',').every((pair) => /^\s*[\w!#$%&'*+.^`|~-]+\s*=[\x20-\x7e]+$/.test(pair))

/** What was given is a key. */
export const headers: Parser<string> = (input, { faults }) =>
  areHeaders(input) ? right(input) : { ok: false, wrong: faults.noHeaders, right: faults.headers }

// RFC 1123. A last label of digits alone would be a mistyped address: 127.0.0.300.
const hostName =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** An address or a name to listen on: no port, no brackets, no scheme. Whether it is this machine's is seen at the start. */
export const isHost = (input: string): boolean => isIP(input) !== 0 || hostName.test(input)

export const host: Parser<string> = (input, { faults }) =>
  isHost(input) ? right(input) : { ok: false, wrong: faults.isNot(input), right: faults.address }

/** What commas, spaces or line ends separate. */
const splitList = (input: string): readonly string[] => input.split(/[\s,]+/).filter(Boolean)

export const list: Parser<readonly string[]> = (input) => right(splitList(input))

/** The engine checks what a duration may be; here it only passes through. */
export const duration: Parser<`${number}m`> = (input) => right(input as `${number}m`)

export const onOrOff: Parser<boolean> = (input, { faults }) => {
  if (/^(on|1|true|yes)$/i.test(input)) return right(true)
  if (/^(off|0|false|no)$/i.test(input)) return right(false)
  return { ok: false, wrong: faults.isNot(input), right: faults.onOrOff }
}

export const wholeNumber =
  (least: number, most: number): Parser<number> =>
  (input, { faults }) => {
    const number = /^\d{1,9}$/.test(input) ? Number(input) : Number.NaN
    if (number >= least && number <= most) return right(number)
    return { ok: false, wrong: faults.isNot(input), right: faults.wholeNumber(least, most) }
  }

export const oneOf =
  <const Value extends string>(values: readonly Value[]): Parser<Value> =>
  (input, { faults }) => {
    const found = values.find((value) => value === input)
    return found === undefined ? { ok: false, wrong: faults.isNot(input), right: faults.oneOf(values) } : right(found)
  }

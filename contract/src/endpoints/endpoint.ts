// What an endpoint is, and the words to describe one.
import { z } from 'zod'
import type { ErrorCode } from '../errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Endpoint = {
  readonly method: Method
  /** Below the auth path when it starts with `./`; otherwise from the root. Parameters are written `{id}`. */
  readonly path: string
  readonly summary: string
  readonly body?: z.ZodType
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  /** Names of the query that may come several times, for their schema as a list. */
  readonly lists?: readonly string[]
  /** Answers other than problems: status → schema (null: no body) and what it means. */
  readonly answers: Readonly<
    Record<
      number,
      {
        schema: z.ZodType | null
        means: string
        type?: string | readonly string[]
        headers?: Readonly<Record<string, string>>
      }
    >
  >
  /** Refusals particular to this endpoint; those that every endpoint shares are added by the document. */
  readonly refuses: readonly ErrorCode[]
}

export const json = (schema: z.ZodType, means: string) => ({ schema, means })
export const nothing = (means: string) => ({ schema: null, means })
export const page = (means: string) => ({ schema: null, means, type: 'text/html' })
export const sentSchema = z.object({ status: z.literal('sent') })

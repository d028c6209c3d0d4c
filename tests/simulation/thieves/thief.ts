// What a thief is, and what he can do. He sits close to the server, loses nothing, and sees when the owner rotates or sleeps.
import type { Chance } from '../chance.ts'
import type { AccessCookie, Jar, Token } from '../jar.ts'

export type Outcome = {
  /** 200: he has at least a new access token. */
  readonly granted: boolean
  /** A clear no; a server that was down is neither. */
  readonly refused: boolean
  /** The refresh token to use next: the new one where one was issued. */
  readonly token: Token
}

export type Hands = {
  readonly chance: Chance
  now(): number
  pause(ms: number): Promise<void>
  /** Copies the owner's jar as it is now. */
  steal(): Jar
  refresh(token: Token, says?: { readonly retry?: boolean; readonly settled?: boolean }): Promise<Outcome>
  ack(token: Token, settled: boolean): Promise<void>
  /** Whether the access token is still good for a request. */
  use(access: AccessCookie): Promise<boolean>
  /** The owner's next rotation was committed. */
  ownerRotates(): Promise<void>
}

export type Thief = {
  readonly name: string
  /** When he copies the jar: at any moment of use, or when the owner's laptop goes to sleep for over an hour. */
  readonly moment: 'any' | 'sleep'
  act(hands: Hands, token: Token, jar: Jar): Promise<void>
}

// What the doctor knows of a deployment. Gathered once (look-inside.ts, look-outside.ts); checks only read it.
import type { DatabaseServer, Inspection } from '@vigile/engine'
import type { ConfigurationFault } from '../configuration/faults.ts'
import type { Answer } from './ask.ts'

export type Facts = {
  /** Epoch milliseconds of this machine. */
  readonly now: number
  /** Null: no configuration is here. */
  readonly inside: Inside | null
  readonly outside: Outside | null
}

export type Inside = {
  readonly production: boolean
  /** As production has it, wherever this runs. */
  readonly faults: readonly ConfigurationFault[]
  readonly warnings: readonly string[]
  readonly trustedProxies: readonly string[]
  readonly hasRedis: boolean
  /** Of every node, if they are configured alike; null: it is PgBouncer's matter, or there is no server. */
  readonly connectionsOfNode: number | null
  readonly accessSeconds: number
  readonly hasMailServer: boolean
  readonly metricsHost: string | null
  readonly backup: { readonly isPlaced: boolean; readonly isScheduled: boolean }
  /** A text: why the engine could not be opened. Null: not tried, for its faults. */
  readonly engine: EngineFacts | string | null
}

export type EngineFacts = {
  /** Null: the embedded database. */
  readonly server: DatabaseServer | null
  readonly pendingMigrations: readonly string[]
  /** Null where migrations are pending: nothing else can be asked then. */
  readonly state: {
    readonly parts: Readonly<Record<string, 'ok' | 'degraded' | 'down'>>
    /** Ids of the secrets here. */
    readonly keyIds: readonly string[]
    readonly nodes: readonly { readonly id: string; readonly keyIds: readonly string[] }[]
    /** Ids of secrets that are not here any more: something in the database, or a backup of within a session's absolute life, is under them. */
    readonly droppedKeyIds: readonly string[]
    readonly signingSince: number | null
    readonly rotateEverySeconds: number
    /** Why the place of backups can't be looked into; null: it can, or there is none. */
    readonly backupsAway: string | null
    readonly lastBackupAt: number | null
    readonly lastDrillAt: number | null
    readonly mailOldestSeconds: number
    readonly webhooksOldestSeconds: number
    readonly letters: Inspection['letters']
    readonly mailAway: Inspection['mailAway']
    readonly cleanUp: Inspection['cleanUp']
    readonly confirming: Inspection['confirming']
  } | null
}

export type Outside = {
  readonly url: string
  readonly seen: Seen | NoAnswer
}

/** `code`: Node's, where it has one. */
export type NoAnswer = { readonly why: string; readonly code: string | null }

/** A sign-in and its sign-out. Null where no answer came, or the sign-in did not get so far. */
export type Visit = {
  readonly email: string
  /** Of the answer to the sign-in. */
  readonly status: number
  /** Whether something is asked for before there is a session: a second factor. */
  readonly waits: boolean
  /** Whether a cache may keep the answer that sets cookies. */
  readonly isStored: boolean
  /** `Set-Cookie` lines. */
  readonly set: readonly string[]
  /** Of `/me` with them. */
  readonly known: number | null
  readonly left: { readonly status: number; readonly cleared: readonly string[] } | null
  /** Of `/me` with them after sign-out. */
  readonly after: number | null
}

export type Seen = {
  readonly page: Answer
  readonly csrf: Answer
  /** `/csrf` as a page of a stranger's site asks for it. */
  readonly foreign: Answer
  readonly strangerOrigin: string
  /** What plain HTTP answers on port 80; null: nothing, or the address has a port of its own. */
  readonly plain: Answer | null
  /** Null: no TLS. */
  readonly tls: { readonly takesOld: boolean; readonly certificate: Answer['certificate'] } | null
  readonly forged: {
    /** What the header said. */
    readonly address: string
    /** What a sign-in was counted for; null: the record does not tell, or is not here. */
    readonly counted: string | null
    readonly local: string
    readonly remote: string
  }
  /** Null: no account was given for it. */
  readonly visit: Visit | null
  /** Of `/health/ready`. */
  readonly readyStatus: number
  /** What the node that answered says of its parts at `/health/ready`; none where it says nothing. */
  readonly parts: Readonly<Record<string, string>>
  /** Where it was looked for metrics beside the public address; 0: nowhere. */
  readonly metricsPort: number
  /** Where metrics can be read from here. */
  readonly metricsAt: readonly string[]
  readonly guardedRoutes: number
  /** Routes that let a stranger in although the table has a guard for them. */
  readonly unguarded: readonly string[]
}

// Acks: the proof that a refresh cookie arrived, and then that it is on the disk (PROTOCOL.md, "Ack").
import type { Result } from './api.ts'
import type { Ports } from './ports.ts'
import { type ConfirmRecord, confirmOf, countAwake, isLive, noConfirm, settledMs } from './record.ts'
import type { Session } from './session.ts'
import { createShared } from './shared.ts'

const againMs = 30_000

export type Confirm = {
  /** A refresh cookie was set just now: begin anew, and ack. */
  arrived(): void
  /** Counts awake time since `lastBeat`, and sends the ack that is due, if one is. */
  beat(lastBeat: number): void
  /** The fingerprint to send as `settled`, once that is true. */
  settled(): string | undefined
  listen(): () => void
}

type Deps = { ports: Ports; key: string; session: Session; ack: (body: object) => Promise<Result<void>> }

export function createConfirm({ ports, key, session, ack }: Deps): Confirm {
  const shared = createShared<ConfirmRecord>(ports, key, noConfirm)
  const current = () => confirmOf(shared.read(), session.read().fingerprint)

  const send = async () => {
    const record = current()
    const level = record.awakeMs >= settledMs ? 2 : 1
    const { fingerprint } = record
    // One tab at it is enough; if it was closed before the answer, another takes over.
    if (record.confirmed >= level || Math.abs(ports.wall() - record.confirmingAt) < againMs) return
    shared.change({ ...record, confirmingAt: ports.wall() })
    const result = await ack(level === 2 ? { settled: fingerprint } : {})
    // A refusal is as good an answer as any: only what was not heard is said again. Refresh decides what it means.
    const heard = result.ok || /^4(?!08|29)/.test(`${result.problem.status}`)
    if (heard && current().fingerprint === fingerprint) shared.change({ ...current(), confirmed: level })
  }

  return {
    listen: shared.listen,
    settled() {
      const { awakeMs, fingerprint } = current()
      return awakeMs >= settledMs ? fingerprint : undefined
    },
    arrived() {
      shared.change({ ...noConfirm, fingerprint: session.read().fingerprint, countedAt: ports.wall() })
      void send()
    },
    beat(lastBeat) {
      if (!isLive(session.read())) return
      const counted = countAwake(current(), lastBeat, ports.wall())
      if (counted) shared.change(counted)
      void send()
    },
  }
}

// What a rule of rotation is, to the simulation: two pure decisions, in the engine's own shapes.
import type {
  AckDecision,
  Decision,
  Presented,
  RotationPolicy,
  SessionState,
} from '../../../engine/src/sessions/rotation.ts'

export type Rule = {
  readonly name: string
  /** For the table. */
  readonly title: string
  /** `vigile`: the real client. `plain`: what pages do by themselves, with no lock and no acks. */
  readonly client: 'vigile' | 'plain'
  decide(session: SessionState, presented: Presented, now: number, policy: RotationPolicy): Decision
  decideAck(session: SessionState, presented: Presented, now: number): AckDecision
}

import { decide, decideAck } from '../../../engine/src/sessions/rotation.ts'
import type { Rule } from './rule.ts'

/** PROTOCOL.md, as the engine decides it and the real client plays it. */
export const vigile: Rule = { name: 'vigile', title: 'Vigile', client: 'vigile', decide, decideAck }

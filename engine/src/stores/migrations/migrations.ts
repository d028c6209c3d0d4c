import { accountsSessionsAudit } from './0001-accounts-sessions-audit.ts'
import { usedProofs } from './0002-used-proofs.ts'
import { mail } from './0003-mail.ts'
import { secondFactor } from './0004-second-factor.ts'
import { passkeys } from './0005-passkeys.ts'
import { letters } from './0006-letters.ts'
import { person } from './0007-person.ts'
import { oauth } from './0008-oauth.ts'
import { roles } from './0009-roles.ts'
import { auditChain } from './0010-audit-chain.ts'
import { auditAnchors } from './0011-audit-anchors.ts'
import { auditSearch } from './0012-audit-search.ts'
import { claim } from './0013-claim.ts'
import { closedSignIns } from './0014-closed-sign-ins.ts'
import { webhooks } from './0015-webhooks.ts'
import { alerts } from './0016-alerts.ts'
import { lists } from './0017-lists.ts'
import { sessionFactor } from './0018-session-factor.ts'
import { auditActors } from './0021-audit-actors.ts'
import { status } from './0022-status.ts'
import { keyLife } from './0023-key-life.ts'
import type { Ddl } from './ddl.ts'

/**
 * Every migration by name, in the order of the names. What is published never changes; a new one only adds, so that the
 * previous release still runs beside it (OPS-9). An index of a table that may be full is a later index, never part of a migration.
 */
export const migrations: Readonly<Record<string, (ddl: Ddl) => readonly string[]>> = {
  '0001-accounts-sessions-audit': accountsSessionsAudit,
  '0002-used-proofs': usedProofs,
  '0003-mail': mail,
  '0004-second-factor': secondFactor,
  '0005-passkeys': passkeys,
  '0006-letters': letters,
  '0007-person': person,
  '0008-oauth': oauth,
  '0009-roles': roles,
  '0010-audit-chain': auditChain,
  '0011-audit-anchors': auditAnchors,
  '0012-audit-search': auditSearch,
  '0013-claim': claim,
  '0014-closed-sign-ins': closedSignIns,
  '0015-webhooks': webhooks,
  '0016-alerts': alerts,
  '0017-lists': lists,
  '0018-session-factor': sessionFactor,
  '0021-audit-actors': auditActors,
  '0022-status': status,
  '0023-key-life': keyLife,
}

// Every store on every database.
import { describe } from 'vitest'
import { accountListSuite } from './account-list.suite.ts'
import { accountStoreSuite } from './account-store.suite.ts'
import { alertStoreSuite } from './alert-store.suite.ts'
import { mailStoresSuite } from './mail-stores.suite.ts'
import { migrationsSuite } from './migrations.suite.ts'
import { oauthStoresSuite } from './oauth-stores.suite.ts'
import { passkeyStoreSuite } from './passkey-store.suite.ts'
import { recordsStoresSuite } from './records-stores.suite.ts'
import { roleStoreSuite } from './role-store.suite.ts'
import { places } from './samples.suite.ts'
import { secondFactorStoresSuite } from './second-factor-stores.suite.ts'
import { sessionStoreSuite } from './session-store.suite.ts'
import { statusStoreSuite } from './status-store.suite.ts'
import { survivalSuite } from './survival.suite.ts'
import { transactionsSuite } from './transactions.suite.ts'
import { webhookStoreSuite } from './webhook-store.suite.ts'

describe.each(places)('%s', (_, newPlace) => {
  describe('sessions', () => sessionStoreSuite(newPlace))
  describe('accounts', () => accountStoreSuite(newPlace))
  describe('list of accounts', () => accountListSuite(newPlace))
  describe('audit, keys, nodes, jobs', () => recordsStoresSuite(newPlace))
  describe('one-time tokens and outbox', () => mailStoresSuite(newPlace))
  describe('second factors', () => secondFactorStoresSuite(newPlace))
  describe('passkeys', () => passkeyStoreSuite(newPlace))
  describe('sign-ins with providers', () => oauthStoresSuite(newPlace))
  describe('webhook messages', () => webhookStoreSuite(newPlace))
  describe('alerts', () => alertStoreSuite(newPlace))
  describe('periods of the status page', () => statusStoreSuite(newPlace))
  describe('roles', () => roleStoreSuite(newPlace))
  describe('transactions', () => transactionsSuite(newPlace))
  describe('migrations', () => migrationsSuite(newPlace))
  describe('survival', () => survivalSuite(newPlace))
})

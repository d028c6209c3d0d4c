// A faulty configuration, at terminals of two languages (I18N-1).
import { expect, test } from 'vitest'
import { call } from '../commands/call.suite.ts'
import type { ConfigurationFault } from './faults.ts'

/** What the engine finds, and what the program finds itself. */
const environment = {
  NODE_ENV: 'production',
  VIGILE_PUBLIC_URL: 'http://shop.example.com',
  VIGILE_SECRET: 'short',
  DATABASE_URL: 'mysql://x',
  REDIS_URL: 'http://x',
  VIGILE_TRUSTED_PROXIES: 'here',
  VIGILE_ACCESS_LIFE: 'soon',
  VIGILE_ALERT_MAIL: 'nobody',
  SMTP_URL: 'x',
  PORT: 'many',
  LOG_LEVEL: 'loud',
}
const settings = ['PORT', 'LOG_LEVEL', 'VIGILE_PUBLIC_URL', 'VIGILE_SECRET', 'DATABASE_URL', 'REDIS_URL', 'SMTP_URL']

test.each(['config check', 'start'])('I18N-1 OPS-1 no fault of %s has one text in both languages', async (command) => {
  const faultsAt = async (LC_ALL: string) => {
    const { output, exitCode } = await call(`${command} --json`, { environment: { ...environment, LC_ALL } })
    expect(exitCode).toBe(2)
    return (JSON.parse(output) as { faults: ConfigurationFault[] }).faults
  }
  const english = await faultsAt('C')
  const french = await faultsAt('fr_FR.UTF-8')
  expect(english.map(({ setting }) => setting.split(' ')[0])).toEqual(expect.arrayContaining(settings))
  expect(french.map(({ setting }) => setting)).toEqual(english.map(({ setting }) => setting))
  for (const [index, { wrong, right }] of english.entries()) {
    expect(french[index]?.wrong).not.toBe(wrong)
    expect(french[index]?.right).not.toBe(right)
  }
  expect(french).toContainEqual({
    setting: 'SMTP_URL (mail.url)',
    wrong: 'ce n’est pas une adresse smtp://',
    right: expect.stringMatching(/^écrivez/),
  })
})

test('OPS-1 a key of backups that is given twice is one fault, and not missing', async () => {
  const twice = {
    ...{ NODE_ENV: 'production', VIGILE_BACKUP_TO: '/var/backups/vigile' },
    ...{ VIGILE_BACKUP_KEY: 'age1', VIGILE_BACKUP_KEY_FILE: '/etc/vigile/backup-key' },
  }
  const { output } = await call('config check --json', { environment: twice })
  const { faults } = JSON.parse(output) as { faults: ConfigurationFault[] }
  expect(faults.filter(({ setting }) => setting.includes('VIGILE_BACKUP_KEY'))).toMatchObject([
    { wrong: 'Both VIGILE_BACKUP_KEY and VIGILE_BACKUP_KEY_FILE are set' },
  ])
})

// Le CRM dans un vrai Chromium, en développement et en production derrière nginx.

import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OtherSite, openOtherSite } from '../../../tests/browser/other-site.ts'
import { violations } from '../../../tests/browser/violations.ts'
import { makeCertificate } from '../../../tests/services/certificate.ts'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { startNginx } from '../../../tests/services/nginx.ts'
import { freePort, temporaryFolder } from '../../../tests/services/place.ts'
import { startExample } from '../../../tests/support/example.ts'
import { goodPassword } from '../../../tests/support/visitor.ts'

type Site = { readonly url: string; moveClock(ms: number): void; stop(): Promise<void> }

/** En production : `https://localhost:…` par nginx, comme `ops/nginx` le fait. */
const startProduction = async (): Promise<Site> => {
  const [folder, port] = [await temporaryFolder('crm-tls'), await freePort()]
  const { certificate, key } = makeCertificate(folder.path)
  const nginx = await startNginx(
    (listening) => `server {
      listen 127.0.0.1:${listening} ssl;
      ssl_certificate ${certificate};
      ssl_certificate_key ${key};
      location / {
        proxy_pass http://127.0.0.1:${port};
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      }
    }`,
  )
  const url = `https://localhost:${nginx.port}`
  const crm = await startExample('express-crm', {
    port,
    env: { NODE_ENV: 'production', VIGILE_PUBLIC_URL: url, VIGILE_TRUSTED_PROXIES: '127.0.0.1' },
  })
  return {
    url,
    moveClock: crm.moveClock,
    stop: async () => {
      await crm.stop()
      await nginx.stop()
      await folder.remove()
    },
  }
}

const signUp = async (page: Page, url: string, email: string) => {
  await page.goto(`${url}/inscription`)
  await page.getByLabel('Adresse e-mail').fill(email)
  await page.getByLabel('Mot de passe').fill(goodPassword)
  await page.getByRole('button', { name: 'Créer un compte' }).click()
  await page.getByRole('heading', { name: 'Contacts' }).waitFor()
}

const addContact = async (page: Page, name: string) => {
  await page.getByLabel('Nom').fill(name)
  await page.getByLabel('Adresse e-mail').fill('contact@example.com')
  await page.getByRole('button', { name: 'Ajouter' }).click()
  await page.getByRole('listitem').filter({ hasText: name }).waitFor()
}

describe.each([
  ['en développement', () => startExample('express-crm')],
  ['en production, derrière nginx', startProduction],
] as const)('SYS-D %s', (name, start) => {
  let site: Site
  let elsewhere: OtherSite
  let browser: Chromium
  let context: BrowserContext
  let page: Page
  const troubles: string[] = []
  beforeAll(async () => {
    ;[site, elsewhere] = await Promise.all([start(), openOtherSite()])
    browser = await launchChromium(undefined, { ignoreHTTPSErrors: true } as object)
    context = browser.context
    page = await context.newPage()
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) troubles.push(message.text())
    })
    await signUp(page, site.url, 'ada@example.com')
  })
  afterAll(async () => {
    await browser?.stop()
    await Promise.all([site?.stop(), elsewhere?.close()])
  })

  test('COOK-1 COOK-2 COOK-4 COOK-8 Chromium garde exactement ces cookies', async () => {
    const secure = name !== 'en développement'
    const kept = (await context.cookies(site.url)).filter(({ name: cookie }) => /^(crm_token|csrf_token)$/.test(cookie))
    expect(
      kept
        .map(({ name: cookie, httpOnly, sameSite, secure: isSecure }) => [cookie, httpOnly, sameSite, isSecure])
        .toSorted(),
    ).toEqual([
      ['crm_token', true, secure ? 'Strict' : 'Lax', secure],
      ['csrf_token', false, secure ? 'Strict' : 'Lax', secure],
    ])
    expect(await page.evaluate(() => document.cookie)).not.toContain('crm_token')
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toMatch(/eyJ|v1\./)
  })

  test('CSRF-1 CSRF-2 un formulaire posté d’un autre site est refusé, et rien n’est ajouté', async () => {
    await addContact(page, `Grace ${name}`)
    const forms = ['/api/contacts', '/api/auth/logout', '/api/auth/login'].map(
      (path) =>
        `<form method="post" action="${site.url}${path}" enctype="text/plain" id="${path.split('/').pop()}"><input name='{"name":"Voleur","email":"v@example.com","x":"' value='"}'></form>`,
    )
    elsewhere.show(forms.join(''))
    for (const id of ['contacts', 'logout', 'login']) {
      const other = await context.newPage()
      await other.goto(elsewhere.url)
      const answered = other.waitForResponse((response) => response.url().startsWith(site.url))
      await other.evaluate((form) => (document.getElementById(form) as HTMLFormElement).submit(), id)
      expect([400, 401, 403, 415], id).toContain((await answered).status())
      await other.close()
    }
    await page.reload()
    await page.getByText(`Grace ${name}`).waitFor()
    expect(await page.getByText('Voleur').count()).toBe(0)
  })

  test('COOK-3 arrivée par un lien d’un autre site, Ada est toujours connectée', async () => {
    elsewhere.show(`<a href="${site.url}/">le CRM</a>`)
    const other = await context.newPage()
    await other.goto(elsewhere.url)
    await other.getByText('le CRM').click()
    await other.getByRole('heading', { name: 'Contacts' }).waitFor()
    await other.close()
  })

  test('UI-3 les pages se lisent à 375 px, sans défaut d’accessibilité ni infraction à la politique de contenu', async () => {
    await page.setViewportSize({ width: 375, height: 720 })
    for (const path of ['/', '/connexion', '/inscription']) {
      await page.goto(site.url + path)
      await page.getByRole('heading').first().waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(375)
      expect(await violations(page)).toEqual([])
    }
    await page.setViewportSize({ width: 1200, height: 800 })
    expect(troubles).toEqual([])
  })

  test('S-86 « Supprimer » n’est pas montré à qui n’en a pas le droit', async () => {
    await page.goto(site.url)
    expect(await page.getByRole('button', { name: /Supprimer/ }).count()).toBe(0)
  })

  test('COOK-7 TOK-5 déconnectée, Ada revient à la connexion, et aucun jeton ne reste', async () => {
    await page.goto(site.url)
    await page.getByRole('button', { name: 'Se déconnecter' }).click()
    await page.getByRole('heading', { name: 'Connexion' }).waitFor()
    expect((await context.cookies(site.url)).map(({ name: cookie }) => cookie)).not.toContain('crm_token')
    await page.getByLabel('Adresse e-mail').fill('ada@example.com')
    await page.getByLabel('Mot de passe').fill('mauvais mot de passe')
    await page.getByRole('button', { name: 'Se connecter' }).click()
    await page.getByText('L’adresse e-mail ou le mot de passe est incorrect.').waitFor()
    await page.getByLabel('Mot de passe').fill(goodPassword)
    await page.getByRole('button', { name: 'Se connecter' }).click()
    await page.getByRole('heading', { name: 'Contacts' }).waitFor()
  })
})

// Le CRM dans un vrai Chromium, en développement et en production derrière nginx.

import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendWithoutScript } from '../../../tests/browser/late-script.ts'
import { type OtherSite, openOtherSite } from '../../../tests/browser/other-site.ts'
import { violations } from '../../../tests/browser/violations.ts'
import { makeCertificate } from '../../../tests/services/certificate.ts'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { startNginx } from '../../../tests/services/nginx.ts'
import { freePort, temporaryFolder } from '../../../tests/services/place.ts'
import { startExample } from '../../../tests/support/example.ts'
import { createUser, vigile } from '../../../tests/support/operator.ts'
import { goodPassword } from '../../../tests/support/visitor.ts'

type Site = { readonly url: string; readonly databaseUrl: string; moveClock(ms: number): void; stop(): Promise<void> }

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
    databaseUrl: crm.databaseUrl,
    moveClock: crm.moveClock,
    stop: async () => {
      await crm.stop()
      await nginx.stop()
      await folder.remove()
    },
  }
}

const enter = async (page: Page, email: string, password: string, button: string) => {
  await page.getByLabel('Adresse e-mail').fill(email)
  await page.getByLabel('Mot de passe').fill(password)
  await page.getByRole('button', { name: button }).click()
}

/** À l'essai elle s'inscrit elle-même ; en production l'exploitant crée son compte. */
const comeIn = async (page: Page, { url, databaseUrl }: Site, isOpen: boolean) => {
  if (isOpen) {
    await page.goto(`${url}/inscription`)
    await enter(page, 'ada@example.com', 'password1', 'Créer un compte')
    await page.getByText('parmi les plus utilisés').waitFor()
    await enter(page, 'ada@example.com', goodPassword, 'Créer un compte')
  } else {
    await createUser('express-crm', { DATABASE_URL: databaseUrl }, 'ada@example.com')
    await page.goto(`${url}/connexion`)
    expect(await page.getByRole('link', { name: 'S’inscrire' }).count()).toBe(0)
    await enter(page, 'ada@example.com', goodPassword, 'Se connecter')
  }
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
    await comeIn(page, site, name === 'en développement')
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

  // Un autre port de cet hôte est le même site : les cookies viennent avec le formulaire. En production il faudrait aussi HTTPS.
  test('CSRF-1 CSRF-2 attaque : un formulaire posté d’un autre port de cet hôte est refusé, et rien n’est ajouté', async () => {
    const sister = elsewhere.url.replace('127.0.0.1', 'localhost')
    await addContact(page, `Grace ${name}`)
    const forms = ['/api/contacts', '/api/auth/logout', '/api/auth/login'].map(
      (path) =>
        `<form method="post" action="${site.url}${path}" enctype="text/plain" id="${path.split('/').pop()}"><input name='{"name":"Voleur","email":"v@example.com","x":"' value='"}'></form>`,
    )
    elsewhere.show(forms.join(''))
    for (const id of ['contacts', 'logout', 'login']) {
      const other = await context.newPage()
      await other.goto(sister)
      const answered = other.waitForResponse((response) => response.url().startsWith(site.url))
      await other.evaluate((form) => (document.getElementById(form) as HTMLFormElement).submit(), id)
      const { cookie = '' } = await (await answered).request().allHeaders()
      expect(cookie.includes('crm_token'), id).toBe(name === 'en développement')
      expect((await answered).status(), id).toBe(403)
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

  test('S-90 un formulaire envoyé avant l’arrivée du script ne met rien de secret dans une adresse', async () => {
    const forms: [string, Record<string, string>][] = [
      ['/connexion', { email: 'tot@example.com', password: 'avant-le-script' }],
      ['/', { name: 'avant-le-script', email: 'tot@example.com' }],
    ]
    for (const [path, fields] of forms) {
      const { status, shown, addresses } = await sendWithoutScript(context, site.url + path, fields)
      expect([path, status, shown]).toEqual([path, 405, expect.stringContaining('Activez les scripts')])
      expect(addresses).not.toMatch(/avant-le|tot/)
    }
  })

  test('S-86 « Supprimer » n’est pas montré à qui n’en a pas le droit', async () => {
    await page.goto(site.url)
    expect(await page.getByRole('button', { name: /Supprimer/ }).count()).toBe(0)
  })

  test('S-12 ce qui n’a pas été fait est dit : déconnexion sans réseau, contact supprimé entre-temps', async () => {
    await page.getByRole('heading', { name: 'Contacts' }).waitFor()
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Se déconnecter' }).click()
    await page.getByText('Vous êtes toujours connecté. Pas de connexion. Réessayez.').waitFor()
    await context.setOffline(false)

    await vigile('express-crm', { DATABASE_URL: site.databaseUrl }, [
      'roles',
      'grant',
      'ada@example.com',
      'responsable',
    ])
    const remove = (one: Page) => one.getByRole('button', { name: `Supprimer Grace ${name}` })
    const second = await context.newPage()
    for (const one of [page, second]) {
      const shown = async () => {
        await one.goto(site.url)
        return remove(one).count()
      }
      await expect.poll(shown).toBe(1)
    }
    await remove(page).click()
    await remove(page).waitFor({ state: 'detached' })
    await remove(second).click()
    await second.getByText('Ce contact n’existe plus.').waitFor()
    await second.close()
    expect(troubles).toEqual([])
  })

  test('S-55 une adresse de retour qui n’en est pas une mène à l’accueil', async () => {
    const other = await context.newPage()
    await other.goto(`${site.url}/connexion?returnTo=http://[`)
    await enter(other, 'ada@example.com', goodPassword, 'Se connecter')
    await other.getByRole('heading', { name: 'Contacts' }).waitFor()
    await other.close()
  })

  test('COOK-7 TOK-5 déconnectée, Ada revient à la connexion, et aucun jeton ne reste', async () => {
    await page.goto(site.url)
    await page.getByRole('button', { name: 'Se déconnecter' }).click()
    await page.getByRole('heading', { name: 'Connexion' }).waitFor()
    await page.getByText('Vous êtes déconnecté.').waitFor()
    expect((await context.cookies(site.url)).map(({ name: cookie }) => cookie)).not.toContain('crm_token')
    await enter(page, 'ada@example.com', 'mauvais mot de passe', 'Se connecter')
    await page.getByText('L’adresse e-mail ou le mot de passe est incorrect.').waitFor()
    await page.getByLabel('Mot de passe').fill(goodPassword)
    await page.getByRole('button', { name: 'Se connecter' }).click()
    await page.getByRole('heading', { name: 'Contacts' }).waitFor()
  })
})

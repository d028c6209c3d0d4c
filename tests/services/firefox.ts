// Debian's Firefox, headless, driven over WebDriver BiDi.
import puppeteer, { type Browser } from 'puppeteer-core'
import { patienceMs } from './chromium.ts'
import { programPath } from './program-path.ts'

export interface Firefox {
  browser: Browser
  stop: () => Promise<void>
}

export async function launchFirefox(): Promise<Firefox> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: programPath('firefox-esr'),
    headless: true,
    timeout: patienceMs,
    acceptInsecureCerts: true,
    handleSIGHUP: false,
    handleSIGINT: false,
    handleSIGTERM: false,
    // Firefox speaks to nobody but the test's own servers.
    extraPrefsFirefox: {
      'app.update.enabled': false,
      'browser.safebrowsing.malware.enabled': false,
      'browser.safebrowsing.phishing.enabled': false,
      'datareporting.policy.dataSubmissionEnabled': false,
      'extensions.update.enabled': false,
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
      'services.settings.server': 'data:,',
      'toolkit.telemetry.enabled': false,
    },
  })
  return { browser, stop: () => browser.close() }
}

import { proofScript } from './proof-script.ts'

// The script of the bounce page. Plain JavaScript in a string: it is the whole page's logic, and needs no build.
// It keeps to PROTOCOL.md, "The browser's side": the same lock as the client, 409 with `retry`, faults are not the end, and
// only a clear end goes to sign-in. Where this page itself led here again, the cookies do not come back (they are blocked):
// then sign-in, never a loop. A reload keeps the referrer of the first visit, and is no loop. A frozen tab that holds the lock
// is passed over after 15 seconds (H-16).
export const continueScript = `
(() => {
  const settings = JSON.parse(document.getElementById('settings').textContent)
  const { app, authPath, csrfCookie, signInPath, returnTo, noSessionCookie, bound } = settings
  const show = (id) => { for (const one of ['waiting', 'unavailable']) document.getElementById(one).hidden = one !== id }
  const signIn = (reason) => location.replace(signInPath + '?returnTo=' + encodeURIComponent(returnTo) + (reason ? '&because=' + encodeURIComponent(reason) : ''))
  const cookie = () => (document.cookie.split('; ').find((pair) => pair.startsWith(csrfCookie + '=')) || '').slice(csrfCookie.length + 1)
  const begun = cookie()
  let token = begun
${proofScript}
  const send = (method, path, options) => bound && method === 'POST' ? proven(method, path, options) : fetch(authPath + path, options)
  const request = (method, path, body) => send(method, path, {
    method,
    headers: { Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json', 'X-CSRF-Token': token } : {}) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(15000),
    cache: 'no-store',
  })
  // In the client's own words, where sign-in and other tabs look: an address alone is believed by nobody.
  const tell = (ended, fingerprint) => {
    try {
      const key = app + ':session'
      const { revision = 0 } = JSON.parse(localStorage.getItem(key)) || {}
      const record = { epoch: String(Math.random()), ended, fingerprint, revision: Math.max(Date.now(), revision + 1) }
      localStorage.setItem(key, JSON.stringify(record))
      new BroadcastChannel(key).postMessage({ key, record })
    } catch {}
  }
  const refresh = async (retry, tries) => {
    const response = await request('POST', '/refresh', retry ? { retry } : {})
    if (response.ok) return { done: true }
    const problem = await response.json()
    if (tries > 0 && problem.code === 'csrf_failed') {
      token = (await (await request('GET', '/csrf')).json()).csrfToken
      return refresh(retry, tries - 1)
    }
    if (tries > 0 && problem.code === 'stale_token') return refresh(problem.fingerprint, tries - 1)
    if (response.status === 401 && ['session_ended', 'invalid_token', 'unauthenticated'].includes(problem.code)) {
      await request('POST', '/logout', { only: problem.fingerprint || '' }).catch(() => {})
      if (problem.fingerprint) tell(problem.reason || 'unknown', problem.fingerprint)
      // A hint and nothing else: a sister domain planted it under a path or domain that no sign-out clears, and would shut all pages
      // but sign-in. Not where a sign-in brought its CSRF cookie meanwhile.
      if (problem.code === 'unauthenticated' && (!cookie() || cookie() === begun)) document.cookie = noSessionCookie
      return { ended: true, reason: problem.reason }
    }
    // No script can prove a session that the browser itself keeps (DBSC). It has seen to the access cookie before it sent this.
    if (problem.code === 'proof_required' && (await request('GET', '/me')).ok) return { done: true }
    // The key that the session was bound to is gone: a sign-in gives it a new one.
    if (problem.code === 'proof_required' && (hasNoKey || problem.reason === 'key_lost')) {
      tell('key_lost', problem.fingerprint)
      return { ended: true, reason: 'key_lost' }
    }
    return {}
  }
  const underLock = async (work) => {
    if (!navigator.locks) return work()
    let begun
    const begin = () => (begun = work())
    for (const how of [{ signal: AbortSignal.timeout(15000) }, { steal: true }]) {
      await navigator.locks.request(app + ':session', how, begin).catch(() => {})
      // Another tab may have taken the lock meanwhile: the work runs on, and its outcome counts.
      if (begun) return begun
    }
    return work()
  }
  const cameFromHere = () => {
    const [visit] = performance.getEntriesByType('navigation')
    return (!visit || visit.type === 'navigate') && document.referrer.startsWith(location.origin + location.pathname)
  }
  const run = async () => {
    show('waiting')
    if (cameFromHere()) return signIn()
    try {
      const result = await underLock(() => refresh('', 3))
      if (result.done) location.replace(returnTo)
      else if (result.ended) signIn(result.reason)
      else show('unavailable')
    } catch { show('unavailable') }
  }
  document.getElementById('again').addEventListener('click', run)
  run()
})()
`

// Everything before one is signed in, and what the links of letters lead to: one form, another act.
import { createClient } from '/client/index.js'

const client = createClient({ app: 'ledger' })
const form = document.querySelector('form')
const [error, button, note] = [
  form.querySelector('.error'),
  form.querySelector('button'),
  document.querySelector('#note'),
]

const say = (text) => {
  note.textContent = text
  note.hidden = false
}

const reasons = {
  idle: 'You were away for a week. Please sign in again.',
  expired: 'A month has passed. Please sign in again.',
  session_limit:
    'You signed in somewhere else, and one session is all there is. If that was not you, change your password.',
  signed_out: 'You are signed out.',
  reuse: 'Your session was used in two places at once, and has been ended. If that was not you, change your password.',
}

/** What stands behind `#` in the link of a letter; no server sees it on the way. */
const token = location.hash.slice(1)

const post = async (path, body) => {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await client.fetch(`/api/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return answer.ok ? { ok: true } : { ok: false, problem: await answer.json() }
}

/** Each gives a result; `done` is what it says then, where it does not lead into the application. */
const acts = {
  signIn: { run: (input) => client.signIn(input) },
  signUp: { run: (input) => client.signUp(input) },
  forgot: {
    run: (input) => post('password/forgot', input),
    done: 'If there is an account with this address, a letter with a link is on its way.',
  },
  reset: {
    run: ({ password }) => post('password/reset', { token, password }),
    done: 'Your password is changed, and every session is over. Sign in with the new one.',
  },
  notMe: {
    run: () => post('not-me', { token }),
    done: 'Your account is safe: every session is over. A link to choose a new password is on its way.',
  },
}

const enter = async () => {
  const { run, done } = acts[form.dataset.act]
  button.disabled = true
  error.textContent = ''
  const result = await run(Object.fromEntries(new FormData(form))).catch(() => null)
  button.disabled = false
  if (result?.ok && !done) return location.assign('/')
  if (result?.ok) {
    form.hidden = true
    return say(done)
  }
  const { detail, errors } = result?.problem ?? { detail: 'Ledger can’t be reached for the moment.' }
  error.textContent = errors?.map(({ message }) => message).join(' ') || detail
}
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void enter()
})

const reason = client.endReason()
if (form.dataset.act === 'signIn' && reason) say(reasons[reason] ?? 'Your session has ended. Please sign in again.')

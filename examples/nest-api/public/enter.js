// Sign-in and sign-up: the same form, another act.
import { createClient } from '/client/index.js'

const client = createClient({ app: 'ledger' })
const form = document.querySelector('form')
const [error, button, note] = [
  form.querySelector('.error'),
  form.querySelector('button'),
  document.querySelector('#note'),
]

const reasons = {
  idle: 'You were away for a week. Please sign in again.',
  expired: 'A month has passed. Please sign in again.',
  session_limit:
    'You signed in somewhere else, and one session is all there is. If that was not you, change your password.',
  signed_out: 'You are signed out.',
  reuse: 'Your session was used in two places at once, and has been ended. If that was not you, change your password.',
}
const reason = client.endReason()
if (note && reason in reasons) {
  note.textContent = reasons[reason]
  note.hidden = false
}

const enter = async () => {
  button.disabled = true
  error.textContent = ''
  const { email, password } = Object.fromEntries(new FormData(form))
  const result = await client[form.dataset.act]({ email, password })
  if (result.ok) return location.assign('/')
  const { detail, errors } = result.problem
  error.textContent = errors?.map(({ message }) => message).join(' ') || detail
  button.disabled = false
}
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void enter()
})

// Ce que font les pages. Le client de Vigile garde la session en vie et envoie le jeton CSRF.
import { createClient } from '/fichiers/index.js'

const client = createClient({ app: 'crm', csrfCookie: 'csrf_token' })

/** Là d'où l'on vient, si c'est une page de ce site. */
const returnTo = () => {
  const path = new URLSearchParams(location.search).get('returnTo') ?? '/'
  const url = new URL(path, location.origin)
  return url.origin === location.origin ? url.href : '/'
}

const onSubmit = (id, send) => {
  const form = document.getElementById(id)
  const submit = async () => {
    const error = form.querySelector('.error')
    const button = form.querySelector('button')
    button.disabled = true
    error.hidden = true
    const message = await send(Object.fromEntries(new FormData(form)))
    button.disabled = false
    if (message === null) return
    error.textContent = message
    error.hidden = false
  }
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
}

const detailOf = (problem) => problem.detail ?? 'Pas de connexion. Réessayez.'

const enter = async (result) => {
  if (!result.ok) return detailOf(result.problem)
  location.assign(returnTo())
  return null
}

onSubmit('sign-in', async (credentials) => enter(await client.signIn(credentials)))
onSubmit('sign-up', async (credentials) => enter(await client.signUp(credentials)))

const send = async (path, options) => {
  const answer = await client.fetch(path, options).catch(() => null)
  if (answer === null) return 'Pas de connexion. Réessayez.'
  if (!answer.ok) return (await answer.json()).detail
  location.reload()
  return null
}

onSubmit('new-contact', (contact) =>
  send('/api/contacts', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(contact),
  }),
)
for (const button of document.querySelectorAll('[data-delete]'))
  button.addEventListener('click', () => void send(`/api/contacts/${button.dataset.delete}`, { method: 'DELETE' }))

document.getElementById('sign-out')?.addEventListener('click', () => void client.signOut())

const because = document.getElementById('because')
if (because && client.endReason()) {
  because.textContent = 'Votre session est terminée. Reconnectez-vous.'
  because.hidden = false
}
if (!because) client.onSessionEnd(() => location.assign(`/connexion?returnTo=${encodeURIComponent(location.pathname)}`))

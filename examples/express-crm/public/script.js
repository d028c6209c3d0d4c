// Ce que font les pages. Le client de Vigile garde la session en vie et envoie le jeton CSRF.
import { createClient } from '/fichiers/index.js'

const client = createClient({ app: 'crm', csrfCookie: 'csrf_token' })

/** Là d'où l'on vient, si c'est une page de ce site. */
const returnTo = () => {
  const url = URL.parse(new URLSearchParams(location.search).get('returnTo') ?? '/', location.origin)
  return url?.origin === location.origin ? url.href : '/'
}

const say = (place, message) => {
  place.textContent = message ?? ''
  place.hidden = message === null
}

const onSubmit = (id, send) => {
  const form = document.getElementById(id)
  const submit = async () => {
    const error = form.querySelector('.error')
    const button = form.querySelector('button')
    button.disabled = true
    say(error, null)
    say(error, await send(Object.fromEntries(new FormData(form))))
    button.disabled = false
  }
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
}

const noAnswer = 'Pas de connexion. Réessayez.'
/** Ce qui est à corriger dans chaque champ, sinon la phrase qui vaut pour le tout. */
const detailOf = ({ code, detail, errors }) =>
  code === 'network' ? noAnswer : errors?.map(({ message }) => message).join(' ') || detail

const enter = async (result) => {
  if (!result.ok) return detailOf(result.problem)
  location.assign(returnTo())
  return null
}

onSubmit('sign-in', async (credentials) => enter(await client.signIn(credentials)))
onSubmit('sign-up', async (credentials) => enter(await client.signUp(credentials)))

const send = async (path, options) => {
  const answer = await client.fetch(path, options).catch(() => null)
  if (answer === null) return noAnswer
  if (!answer.ok) return detailOf(await answer.json().catch(() => ({ code: 'network' })))
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

/** Un bouton hors de tout formulaire : ce qui n'a pas été fait est dit en haut de la page. */
const onClick = (button, act) =>
  button?.addEventListener('click', async () => {
    const trouble = document.getElementById('trouble')
    button.disabled = true
    say(trouble, null)
    say(trouble, await act())
    button.disabled = false
  })

for (const button of document.querySelectorAll('[data-delete]'))
  onClick(button, () => send(`/api/contacts/${button.dataset.delete}`, { method: 'DELETE' }))
onClick(document.getElementById('sign-out'), async () => {
  const result = await client.signOut()
  return result.ok ? null : `Vous êtes toujours connecté. ${detailOf(result.problem)}`
})

const because = document.getElementById('because')
const reason = client.endReason()
if (because && reason)
  say(because, reason === 'signed_out' ? 'Vous êtes déconnecté.' : 'Votre session est terminée. Reconnectez-vous.')
// Une autre personne s'est connectée dans un autre onglet : cette page n'est pas la sienne.
if (!because) client.onSessionStart(() => location.reload())
if (!because) client.onSessionEnd(() => location.assign(`/connexion?returnTo=${encodeURIComponent(location.pathname)}`))

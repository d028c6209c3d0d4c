// The page of someone who is signed in: invoices, what they may do with them, and the journal.
import { client, holds } from './session.js'

const find = (selector) => document.querySelector(selector)
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
// A date without a time is no moment: the same day wherever it is read.
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })
const fortnight = 14 * 86_400_000

/** @type {{ user: { email: string }, permissions: string[] }} */
let me

/** Something was done: said for a while. */
const say = (text) => {
  warn(text)
  setTimeout(() => {
    if (find('#toast').textContent === text) warn('')
  }, 5_000)
}
/** Something was not done: said until something else is. */
const warn = (text) => {
  find('#toast').textContent = text
}

/** The answer's data; what is refused is said, in the server's words. */
const ask = async (path, body) => {
  const init = body && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await client.fetch(`/api/${path}`, init).catch(() => null)
  const data = await answer?.json().catch(() => null)
  if (!data) return { problem: { detail: 'The server did not answer. Try again.' } }
  return answer.ok ? { data } : { problem: data }
}
const sayProblem = ({ code, detail, title, errors }) =>
  errors?.map(({ path, message }) => `${path}: ${message}`).join(' ') ?? detail ?? `${title} (${code})`

const cell = (text, className = '') => Object.assign(document.createElement('td'), { textContent: text, className })

const stateCell = (invoice) => {
  const td = cell('')
  if (invoice.state === 'waiting' && holds(me.permissions, 'invoices:approve')) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Approve' })
    button.addEventListener('click', () => void approve(invoice, button))
    td.append(button)
  } else {
    const words = invoice.state === 'waiting' ? 'Waiting' : `Approved by ${invoice.approvedBy}`
    td.append(
      Object.assign(document.createElement('span'), { className: `state ${invoice.state}`, textContent: words }),
    )
  }
  return td
}

const sum = (invoices) => money.format(invoices.reduce((cents, { amountCents }) => cents + amountCents, 0) / 100)

const show = async () => {
  const { data: invoices, problem } = await ask('invoices')
  if (problem) {
    warn(sayProblem(problem))
    return false
  }
  find('#invoices').replaceChildren(
    ...invoices.map((invoice) => {
      const row = document.createElement('tr')
      const due = day.format(new Date(invoice.dueOn))
      const amount = cell(money.format(invoice.amountCents / 100), 'sum')
      row.append(cell(invoice.supplier), cell(invoice.reference, 'code'), cell(due), amount, stateCell(invoice))
      return row
    }),
  )
  const waiting = invoices.filter(({ state }) => state === 'waiting')
  find('#waiting').textContent = sum(waiting)
  find('#approved').textContent = sum(invoices.filter(({ state }) => state === 'approved'))
  find('#soon').textContent = sum(invoices.filter(({ dueOn }) => Date.parse(dueOn) < Date.now() + fortnight))
  if (holds(me.permissions, 'audit:read')) await showJournal()
  return true
}

const showJournal = async () => {
  const { data: entries = [] } = await ask('journal')
  find('#journal').hidden = false
  find('#entries').replaceChildren(
    ...entries.map(({ at, who, action, what, ip }) => {
      const li = document.createElement('li')
      const [time, line] = [document.createElement('time'), document.createElement('span')]
      time.textContent = moment.format(at)
      line.textContent = [who, action, what, ip].filter(Boolean).join(' · ')
      li.append(time, line)
      return li
    }),
  )
}

const approve = async (invoice, button) => {
  button.disabled = true
  const { problem } = await ask(`invoices/${invoice.id}/approve`, {})
  button.disabled = false
  if (problem?.code === 'reauthentication_required') return prove(() => approve(invoice, button))
  if (problem) return warn(sayProblem(problem))
  say(`${invoice.reference} is approved.`)
  await show()
}

/** Opens a dialog; `submit` gives what is wrong, or nothing. */
const open = (id, submit) => {
  const dialog = find(id)
  const form = dialog.querySelector('form')
  form.reset()
  form.querySelector('.error').textContent = ''
  const button = form.querySelector('.primary')
  form.onsubmit = async (event) => {
    if (event.submitter?.value === 'cancel') return
    event.preventDefault()
    button.disabled = true
    const wrong = await submit(Object.fromEntries(new FormData(form)))
    button.disabled = false
    form.querySelector('.error').textContent = wrong ?? ''
    if (!wrong) dialog.close()
  }
  dialog.showModal()
}

/** A recent sign-in is a sign-in: it begins a new session in place of this one. */
const prove = (then) =>
  open('#prove', async ({ password }) => {
    const result = await client.signIn({ email: me.user.email, password })
    if (!result.ok) return result.problem.detail
    await then()
  })

find('#new').addEventListener('click', () =>
  open('#new-invoice', async ({ supplier, reference, amount, dueOn }) => {
    const { problem } = await ask('invoices', { supplier, reference, dueOn, amountCents: Math.round(amount * 100) })
    if (problem) return sayProblem(problem)
    say(`${reference} is added.`)
    await show()
  }),
)
const signOut = async () => {
  const result = await client.signOut()
  if (!result.ok) warn(`You are still signed in. ${result.problem.detail}`)
}
find('#sign-out').addEventListener('click', () => void signOut())

const begin = async () => {
  const found = await client.me()
  if (!found) return location.replace('/sign-in')
  me = found
  find('#who').textContent = `${me.user.email} · ${me.roles.join(', ')}`
  if (!(await show())) throw new Error('there is nothing to show yet')
  warn('')
  find('#main').hidden = false
}

// Somebody else signed in, in another tab: what is on the screen is not theirs, and they are not who it says.
client.onSessionStart(async () => {
  const now = await client.me().catch(() => null)
  if (now && me && now.user.id !== me.user.id) location.reload()
})

// A part that is down is no sign-out: what can't be known now is asked again.
const beginOrWait = () =>
  begin().catch(() => {
    warn('Ledger can’t be reached for the moment.')
    setTimeout(() => void beginOrWait(), 3_000)
  })
void beginOrWait()

import { type FormEvent, useState } from 'react'
import { change, type Entry, useApi } from '../use-api.ts'

const today = () => new Date().toLocaleDateString('sv-SE')

export const Entries = () => {
  const { data, trouble, reload } = useApi<Entry[]>('/api/entries')
  const [refused, setRefused] = useState('')
  const [busy, setBusy] = useState(false)

  const done = (why: string | null) => {
    setRefused(why ?? '')
    if (!why) reload()
  }
  const add = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const { day, project, hours } = Object.fromEntries(new FormData(form))
    setBusy(true)
    const why = await change('POST', '/api/entries', { day, project, hours: Number(hours) })
    setBusy(false)
    if (!why) form.reset()
    done(why)
  }

  return (
    <>
      <h1>Entries</h1>
      <form className="row" onSubmit={(event) => void add(event)}>
        <label>
          Day
          <input name="day" type="date" defaultValue={today()} required />
        </label>
        <label>
          Project
          <input name="project" maxLength={60} required />
        </label>
        <label>
          Hours
          <input name="hours" type="number" min="0.25" max="24" step="0.25" defaultValue="1" required />
        </label>
        <button type="submit" disabled={busy}>
          Add
        </button>
      </form>
      {(refused || trouble) && <p role="alert">{refused || trouble}</p>}
      <table>
        <thead>
          <tr>
            <th>Day</th>
            <th>Project</th>
            <th className="number">Hours</th>
            <th>
              <span className="unseen">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data?.map(({ id, day, project, hours }) => (
            <tr key={id}>
              <td>{day}</td>
              <td>{project}</td>
              <td className="number">{hours}</td>
              <td>
                <button
                  type="button"
                  className="quiet"
                  aria-label={`Remove ${project}, ${day}`}
                  onClick={() => void change('DELETE', `/api/entries/${id}`).then(done)}
                >
                  ×
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

import { Link } from 'react-router'
import { type Total, useApi } from '../use-api.ts'

export const Overview = () => {
  const { data, trouble } = useApi<Total[]>('/api/totals')
  const most = Math.max(...(data ?? []).map(({ hours }) => hours))
  return (
    <>
      <h1>Overview</h1>
      {trouble && <p role="alert">{trouble}</p>}
      {data?.length === 0 && (
        <p>
          No hours yet. <Link to="/entries">Add the first.</Link>
        </p>
      )}
      <ul className="totals">
        {data?.map(({ project, hours }) => (
          <li key={project}>
            <span>{project}</span>
            <meter min={0} max={most} value={hours} aria-label={project} />
            <span className="number">{hours} h</span>
          </li>
        ))}
      </ul>
    </>
  )
}

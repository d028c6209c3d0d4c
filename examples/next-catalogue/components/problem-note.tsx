import type { Problem } from '../lib/problem.ts'

export function ProblemNote({ problem }: { problem: Problem | null }) {
  if (!problem) return null
  return (
    <div role="alert">
      <p>{problem.detail}</p>
      {problem.errors?.map(({ path, message }) => (
        <p key={path}>
          {path}: {message}
        </p>
      ))}
    </div>
  )
}

// What went wrong, above the form, announced as soon as it appears. Each bad field is named, with a way to it.
import type { ReactNode } from 'react'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import { useMessages } from '../messages/i18n.ts'
import { timeOfDay } from '../messages/times.ts'
import { type Trouble, worded } from './trouble.ts'
import styles from './trouble-summary.module.css'

type Props<Field extends string> = {
  readonly trouble: Trouble<Field> | null
  readonly labels: Readonly<Record<Field, string>>
}

function FieldList<Field extends string>({
  fields,
  labels,
}: {
  fields: readonly Field[]
  labels: Props<Field>['labels']
}) {
  const { say } = useMessages()
  return (
    <div className={styles.fields}>
      <p>{say('trouble.fields', { count: fields.length })}</p>
      <ul>
        {fields.map((field) => (
          <li key={field}>
            <a href={`#${field}`} onClick={(event) => goTo(event, field)}>
              {labels[field]}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}

// A link to an input scrolls to it but does not focus it.
const goTo = (event: { preventDefault(): void }, field: string) => {
  event.preventDefault()
  document.getElementById(field)?.focus()
}

export function TroubleSummary<Field extends string>({ trouble, labels }: Props<Field>): ReactNode {
  const { say, locale } = useMessages()
  const fields = trouble ? (Object.keys(labels) as Field[]).filter((field) => trouble.fields[field]) : []
  return (
    <Live role="alert">
      {trouble?.notice && (
        <Notice kind="trouble">
          <p>{worded(trouble.notice, say)}</p>
          {trouble.againAt !== null && <p>{say('trouble.again', { time: timeOfDay(trouble.againAt, locale) })}</p>}
        </Notice>
      )}
      {fields.length > 0 && (
        <Notice kind="trouble">
          <FieldList fields={fields} labels={labels} />
        </Notice>
      )}
    </Live>
  )
}

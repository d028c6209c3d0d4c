import type { Locale, User } from '@vigile/contract'
import { useState } from 'react'
import { Field } from '../forms/field.tsx'
import { SelectField } from '../forms/select-field.tsx'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf, worded } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { useForm, type Values } from '../forms/use-form.ts'
import { Button } from '../look/button.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { languageNames, languages } from '../messages/catalogues.ts'
import { chooseLocale, useMessages } from '../messages/i18n.ts'
import { day } from '../messages/times.ts'
import { useAct } from './recent-sign-in.tsx'
import { Section } from './section.tsx'

const fields = ['name', 'locale'] as const
type Name = (typeof fields)[number]

/** Who one is here. The language is that of letters, and of this page from then on. */
export function Profile({ user, onChange }: { user: User; onChange: () => Promise<void> }) {
  const { say, locale } = useMessages()
  const act = useAct()
  const [done, setDone] = useState(false)

  const save = async (values: Values<Name>): Promise<Trouble<Name> | null> => {
    setDone(false)
    const chosen = values.locale as Locale
    const change = { name: values.name.trim() || null, locale: chosen }
    const result = await act(() => send('PATCH', '/me', change))
    if (!result.ok) return troubleOf(result.problem, fields)
    await Promise.all([onChange(), chooseLocale(chosen)])
    setDone(true)
    return null
  }

  const { busy, trouble, ...events } = useForm<Name>({ fields, check: () => null, send: save })
  const labels = { name: say('field.name'), locale: say('profile.language') }
  const error = trouble?.fields.name && worded(trouble.fields.name, say)
  return (
    <Section id="profile" title={say('profile.title')} text={say('profile.text')}>
      <form className={styles.form} method="post" noValidate aria-busy={busy} {...events}>
        <TroubleSummary trouble={trouble} labels={labels} />
        <Field name="name" label={labels.name} autoComplete="name" defaultValue={user.name ?? ''} error={error} />
        <SelectField
          name="locale"
          label={labels.locale}
          hint={say('profile.languageHint')}
          defaultValue={user.locale ?? locale}
        >
          {languages.map((language) => (
            <option key={language} value={language} lang={language}>
              {languageNames[language]}
            </option>
          ))}
        </SelectField>
        <div>
          <Button kind="main" type="submit" busy={busy} busyText={say('profile.busy')}>
            {say('profile.submit')}
          </Button>
        </div>
        <Live role="status">
          {done && (
            <Notice kind="done">
              <p>{say('profile.done')}</p>
            </Notice>
          )}
        </Live>
      </form>
      <p className={styles.aside}>{say('profile.since', { day: day(user.createdAt, locale) })}</p>
    </Section>
  )
}

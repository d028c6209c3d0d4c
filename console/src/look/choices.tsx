// Language and appearance, at the foot of every page: after the form, so that the form comes first for the keyboard.
import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core'
import type { Locale } from '@vigile/contract'
import type { ReactNode } from 'react'
import { languageNames, languages } from '../messages/catalogues.ts'
import { chooseLocale, useMessages } from '../messages/i18n.ts'
import styles from './choices.module.css'
import { LanguageIcon, ThemeIcon } from './icons.tsx'

const schemes = ['auto', 'light', 'dark'] as const satisfies readonly MantineColorScheme[]

function Choice(props: {
  label: string
  icon: ReactNode
  value: string
  onChoose(value: string): void
  children: ReactNode
}) {
  return (
    <label className={styles.choice}>
      <span className="unseen">{props.label}</span>
      {props.icon}
      <select value={props.value} onChange={(event) => props.onChoose(event.target.value)}>
        {props.children}
      </select>
    </label>
  )
}

export function Choices() {
  const { say, locale } = useMessages()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <div className={styles.choices}>
      <Choice
        label={say('choices.language')}
        icon={<LanguageIcon />}
        value={locale}
        onChoose={(value) => void chooseLocale(value as Locale)}
      >
        {languages.map((language) => (
          <option key={language} value={language} lang={language}>
            {languageNames[language]}
          </option>
        ))}
      </Choice>
      <Choice
        label={say('choices.theme')}
        icon={<ThemeIcon />}
        value={colorScheme}
        onChoose={(value) => setColorScheme(value as MantineColorScheme)}
      >
        {schemes.map((scheme) => (
          <option key={scheme} value={scheme}>
            {say(`choices.${scheme}`)}
          </option>
        ))}
      </Choice>
      <a className={`${styles.choice} ${styles.link}`} href="/status">
        {say('choices.status')}
      </a>
    </div>
  )
}

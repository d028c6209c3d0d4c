import type { DataExport } from '@vigile/contract'
import { useState } from 'react'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Live } from '../look/live.tsx'
import { Notice } from '../look/notice.tsx'
import { useMessages } from '../messages/i18n.ts'
import { settings } from '../settings.ts'
import { type Act, useAct } from './recent-sign-in.tsx'
import { Section } from './section.tsx'

/** A record of half a million entries is no person's; and the page holds all of it in memory. */
const mostPages = 1_000

/** All pages as one; or what refused one of them. */
async function collect(act: Act): Promise<Trouble<never> | Omit<DataExport, 'next'>> {
  const all: Omit<DataExport, 'next'> = { data: null, activity: [] }
  let after: string | null = null
  for (let page = 0; page < mostPages; page += 1) {
    const result = await act(() => send<DataExport>('POST', '/export', after === null ? {} : { after }))
    if (!result.ok) return troubleOf(result.problem, [])
    all.data ??= result.value.data
    all.activity.push(...result.value.activity)
    after = result.value.next
    if (after === null) break
  }
  return all
}

function save(content: object, name: string): void {
  const address = URL.createObjectURL(new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

/** All that is held of the reader, as a file (ACC-7). */
export function ExportData() {
  const { say } = useMessages()
  const act = useAct()
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(false)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)

  const run = async () => {
    setBusy(true)
    setDone(false)
    setTrouble(null)
    const found = await collect(act)
    if ('activity' in found) {
      save({ ...found.data, activity: found.activity }, `${settings.app}-account.json`)
      setDone(true)
    } else setTrouble(found)
    setBusy(false)
  }

  return (
    <Section id="data" title={say('data.title')} text={say('data.text')}>
      <p>{say('data.what')}</p>
      <TroubleSummary trouble={trouble} labels={{}} />
      <div>
        <Button busy={busy} busyText={say('data.busy')} onClick={() => void run()}>
          {say('data.submit')}
        </Button>
      </div>
      <Live role="status">
        {done && (
          <Notice kind="done">
            <p>{say('data.done')}</p>
          </Notice>
        )}
      </Live>
    </Section>
  )
}

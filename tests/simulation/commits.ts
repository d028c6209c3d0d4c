// Writing takes a moment, in which others write; nodes die before and after; databases fail over.
import type { Chance } from './chance.ts'
import type { Database } from './database.ts'
import { type Faults, spans } from './faults.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'
import type { Answer, Prompt, Reply } from './wire.ts'

export type Commits = ReturnType<typeof createCommits>

type Deps = { database: Database; timeline: Timeline; chance: Chance; story: Story; faults: Faults }

type Work = {
  /** False where another wrote meanwhile. */
  write(): boolean
  done(): Answer
  conflict(): Prompt
  reply: Reply
}

export function createCommits({ database, timeline, chance, story, faults }: Deps) {
  let downUntil = 0

  const died = (reply: Reply, when: string) => {
    story.tell(() => `        the node dies ${when} the commit`)
    reply(null)
  }

  const failover = () => {
    const lost = database.failover(chance.whole(1, 3))
    downUntil = timeline.now() + chance.between(spans.outage)
    story.tell(() => `        failover: the last ${lost} commits are lost`)
  }

  return {
    isDown: () => timeline.now() < downUntil,
    commit({ write, done, conflict, reply }: Work): 'later' {
      const finish = () => {
        if (chance.happens(faults.nodeDiesBeforeCommit)) {
          died(reply, 'before')
        } else if (write()) {
          if (chance.happens(faults.failover)) timeline.after(chance.between(spans.promotion), failover)
          if (chance.happens(faults.nodeDiesAfterCommit)) died(reply, 'after')
          else reply(done())
        } else {
          const answer = conflict()
          if (answer !== 'later') reply(answer)
        }
      }
      timeline.after(chance.between(spans.commit), finish)
      return 'later'
    },
  }
}

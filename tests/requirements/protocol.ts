// What tests of the session protocol must cover (PROTOCOL.md), in a few words.

export const protocolItems = {
  'PROTOCOL 1':
    'every row × retry × settled × pairs of requests at once: model against implementation, on both databases',
  'PROTOCOL 2':
    'N parallel refreshes; the herd; an answer lost, then 1 s, 1 h, 13 days; 20 lost in a row, and the 21st',
  'PROTOCOL 3': 'process killed before commit, after commit, in the middle of the answer',
  'PROTOCOL 4': 'browser killed 1 to 40 s after a rotation; a laptop that slept; a life of pages shorter than D',
  'PROTOCOL 5':
    'answers in every order; late after sign-in, sign-out, change of account; a lost answer to an elevation',
  'PROTOCOL 6': 'several cookies of one name; the loser never clears the winner’s; clean-up never ends a newer session',
  'PROTOCOL 7': 'refresh against revoke, ack against sibling, in both orders; revocation survives an error answer',
  'PROTOCOL 8': 'failover that loses one to three commits; the database restored from a backup',
  'PROTOCOL 9': 'clocks off by 5 minutes, nodes and clients; keys that change in a replay, and over nodes one by one',
  'PROTOCOL 10': 'thieves of every habit, judged by when the last token was granted',
  'PROTOCOL 11': 'revocation channel late or down; stale memory; a refresh under way against revocation',
  'PROTOCOL 12': 'prefetch storms; proxies that repeat; no Web Locks; storage evicted; a cloned profile',
  'PROTOCOL 13': 'a long seeded simulation as a gate',
}

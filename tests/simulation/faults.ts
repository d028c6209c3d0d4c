// The misfortunes of the simulation, as data. They are assumptions: compare the rules that live under them, don't quote the rates.

/** Probabilities. `×5` multiplies every one of them. */
export type Faults = { readonly [name in keyof typeof statedFaults]: number }

const statedFaults = {
  // Of each request.
  /** The request never arrives: at once known to the browser, or never. */
  requestLost: 0.01,
  /** The request is handled, its answer does not come back. */
  answerLost: 0.01,
  /** The request lies about for 2 to 60 s before it is handled. */
  requestLate: 0.003,
  /** The answer lies about for 2 to 60 s. */
  answerLate: 0.005,
  /** A proxy sends the request twice; either answer comes back. */
  repeated: 0.002,
  /** Some other machine answers: 502 with a page, a captive portal's 200, a proxy's 429. */
  foreignAnswer: 0.003,

  // Of each commit.
  nodeDiesBeforeCommit: 0.0005,
  nodeDiesAfterCommit: 0.001,
  /** Within seconds another database is promoted, which lacks the last one to three commits. */
  failover: 0.0005,

  // Of each new refresh cookie that lands.
  /** The laptop is closed within D. */
  sleepSoon: 0.005,
  /** The browser crashes within a minute. */
  crashSoon: 0.002,

  // Of each page that is loaded.
  /** Its server, and the prefetches of its links, pass the browser's cookies on in two to six refreshes at once. */
  prefetchBurst: 0.02,

  // Of each visit.
  /** Half a minute to ten minutes in which four of ten messages are lost. */
  badWeather: 0.05,
  sleep: 0.1,
  crash: 0.01,
  /** A background tab is frozen for up to half an hour. */
  frozenTab: 0.02,
  /** The wall clock is set, by up to five minutes. */
  clockSet: 0.005,
  storageEvicted: 0.002,
  /** A second factor: a new session that replaces the old one. */
  elevation: 0.02,

  // Of each crash.
  /** What scripts stored goes back, too. */
  storageLostInCrash: 0.2,

  // Of each day.
  keyRoll: 0.1,

  // Of each change of keys: nodes use the new one before the others know it.
  hastyKeyRoll: 0.2,

  // Of each node.
  nodeClockOff: 0.1,

  // Of each browser.
  noWebLocks: 0.05,
  noStorage: 0.03,
} as const

/** No rate passes a half, or nobody would ever get through. */
export const times = (factor: number): Faults =>
  Object.fromEntries(
    Object.entries(statedFaults).map(([name, rate]) => [name, Math.min(rate * factor, Math.max(rate, 0.5))]),
  ) as Faults

/** How long things take, in milliseconds: from, to. */
export const spans = {
  /** One way, owner to server. */
  owner: [5, 60],
  /** One way, thief to server: he sits close. */
  thief: [1, 8],
  late: [2_000, 60_000],
  commit: [1, 8],
  /** Chromium writes cookies up to 30 s after they changed, counted while awake. */
  cookieFlush: [5_000, 30_000],
  storageFlush: [1_000, 60_000],
  badWeather: [30_000, 600_000],
  outage: [500, 15_000],
  /** From a commit that will be lost to the failover. */
  promotion: [0, 5_000],
  /** From one node to the last, when keys roll. */
  keyRoll: [1_000, 30_000],
  /** Of a node's clock, or a browser's. */
  clockOff: [-300_000, 300_000],
  channel: [1, 30],
} as const satisfies Record<string, readonly [number, number]>

/** Of messages in bad weather. */
export const badWeatherLoss = 0.4

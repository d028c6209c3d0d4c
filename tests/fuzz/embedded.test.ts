import './cheap-hashes.ts'
import { test } from 'vitest'
import { fuzz, requests } from './fuzz.ts'

const title = 'requests to every route, as meant and bent: no fault, no hang, no leak, no answer outside the document'

test(`VAL-1 VAL-2 S-90 ${requests} ${title}: embedded`, () => fuzz('embedded'), 1_200_000)

#!/usr/bin/env node
// `npm run docs`
import { writeFileSync } from 'node:fs'
import { allTestTitles, pageFile, requirementsPage } from './page.ts'

writeFileSync(pageFile, requirementsPage(allTestTitles()))

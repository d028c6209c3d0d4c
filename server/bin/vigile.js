#!/usr/bin/env node
// Nothing is imported before the version is known: an older Node would say what it lacks, and not what to do.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 18)) await import('../dist/main.js')
else {
  const here = `${process.version} (${process.execPath})`
  console.error(
    /^fr/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '')
      ? `Vigile demande Node 22.18 ou plus récent, et celui-ci est ${here}. Dans une copie du dépôt, \`node scripts/ready.mjs\` en apporte un : node_modules/.bin/node. Sinon : https://nodejs.org.`
      : `Vigile needs Node 22.18 or newer, and this is ${here}. In a clone, \`node scripts/ready.mjs\` brings one: node_modules/.bin/node. Elsewhere: https://nodejs.org.`,
  )
  process.exitCode = 2
}

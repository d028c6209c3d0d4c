// Starts the application: its stores, the engine, then HTTP.
import 'reflect-metadata'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConsoleLogger } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { AppModule } from './app.module.ts'
import { auth } from './auth.ts'
import { environment } from './environment.ts'
import { securityHeaders } from './security-headers.ts'
import { formPages, withoutScript } from './without-script.ts'

const { database, isProduction, port, publicUrl } = environment
if (database.startsWith('postgres')) await auth.migrate()
await auth.ready()
await auth.roles.seed({ kind: 'application', name: 'ledger' })

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  logger: new ConsoleLogger({ json: isProduction }),
})
app.useSecurityHeaders(securityHeaders(publicUrl.startsWith('https:')))
app.useBodyParser('json', { limit: '64kb' })
app.enableShutdownHooks()

// Pages are files: there is nothing in them that a stranger may not see. What they show comes from routes, which are guarded.
const headers = { setHeaders: (response: { setHeader(name: string, value: string): void }) => noFeatures(response) }
const noFeatures = (response: { setHeader(name: string, value: string): void }) =>
  response.setHeader('Permissions-Policy', 'geolocation=(), microphone=(), camera=()')
app.useStaticAssets(join(import.meta.dirname, '../../public'), { extensions: ['html'], ...headers })
app.useStaticAssets(join(fileURLToPath(import.meta.resolve('@vigile/client')), '..'), {
  prefix: '/client/',
  ...headers,
})
app.use(formPages, withoutScript)

await app.listen(port, isProduction ? (process.env.HOST ?? '0.0.0.0') : '127.0.0.1')
const where = process.env.DATABASE_URL ? 'in this folder, with this DATABASE_URL' : 'in this folder'
console.log(`
Ledger is ready  ${publicUrl}
  sign up        ${publicUrl}/sign-up
  to approve     npx vigile roles grant you@example.com manager   (${where})
`)

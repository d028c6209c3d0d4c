// Starts the application: its stores, the engine, then HTTP.
import 'reflect-metadata'
import { join } from 'node:path'
import { ValidationPipe } from '@nestjs/common'
import { HttpAdapterHost, NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { AppModule } from './app.module.ts'
import { auth } from './auth.ts'
import { environment } from './environment.ts'
import { FaultFilter } from './fault.filter.ts'
import { createPages } from './pages.ts'
import { securityHeaders } from './security-headers.ts'
import { startSentry } from './sentry.ts'

const { database, isProduction, port, publicUrl, sentryDsn } = environment
const sentry = sentryDsn === undefined ? null : await startSentry(sentryDsn)
if (database.startsWith('postgres')) await auth.migrate()
await auth.ready()
await auth.roles.seed({ kind: 'application', name: 'dashboard' })

const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['warn', 'error'] })
app.useSecurityHeaders(securityHeaders(publicUrl.startsWith('https:')))
app.useBodyParser('json', { limit: '64kb' })
app.setGlobalPrefix('api')
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }))
app.useGlobalFilters(new FaultFilter(app.get(HttpAdapterHost).httpAdapter, sentry))
app.enableShutdownHooks()
app.use(createPages(join(import.meta.dirname, '../../front')))

await app.listen(port, isProduction ? (process.env.HOST ?? '0.0.0.0') : '127.0.0.1')
console.log(`Guild dashboard is ready  ${publicUrl}`)

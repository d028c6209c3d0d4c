// A Nest application on a real port. It is decorated by calls: Node and vitest strip types, and read no decorators.
import {
  All,
  Controller,
  Delete,
  Get,
  type INestApplication,
  Module,
  type ModuleMetadata,
  Param,
  Post,
  type Type,
  VersioningType,
} from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { definePermissions } from '@vigile/engine'
import { freePort } from '../../../tests/services/place.ts'
import { openSite, type Site } from '../../../tests/support/site.ts'
import { createVisitor, type Visitor } from '../../../tests/support/visitor.ts'
import { CurrentPermissions, CurrentSession, CurrentUser, Public, RequirePermission, VigileModule } from './index.ts'

const permissions = definePermissions({ products: ['read', 'create', 'publish'] })

type Decorators = {
  readonly on?: readonly ClassDecorator[]
  /** Of methods, by their names. */
  readonly methods?: Readonly<Record<string, readonly MethodDecorator[]>>
  /** Of the parameters of methods, one each. */
  readonly params?: Readonly<Record<string, readonly ParameterDecorator[]>>
}

/** As a compiler would: a decorator that is written further down comes first. */
export const decorate = <Class extends Type>(target: Class, { on = [], methods = {}, params = {} }: Decorators) => {
  for (const [name, decorators] of Object.entries(params))
    for (const [index, decorator] of decorators.entries()) decorator(target.prototype, name, index)
  for (const [name, decorators] of Object.entries(methods)) {
    const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name) as PropertyDescriptor
    for (const decorator of decorators.toReversed()) decorator(target.prototype, name, descriptor)
  }
  for (const decorator of on.toReversed()) decorator(target)
  return target
}

class Products {
  catalogue() {
    return { open: true }
  }
  mine(user: { email: string }, session: { id: string }, permissions: readonly string[]) {
    return { by: user.email, session: session.id, permissions }
  }
  create(user: { id: string }) {
    return { by: user.id }
  }
  publish(user: { id: string }, id: string) {
    return { by: user.id, id }
  }
  misspelt() {
    return 'granted'
  }
  nobody(user: unknown) {
    return user
  }
  any() {
    return 'any'
  }
}
decorate(Products, {
  on: [Controller('products')],
  methods: {
    catalogue: [Public(), Get('catalogue')],
    mine: [Get('mine')],
    create: [RequirePermission('products:create'), Post()],
    publish: [RequirePermission('products:publish', { recentSignIn: true }), Post(':id/publish')],
    misspelt: [RequirePermission('products:craete'), Get('misspelt')],
    nobody: [Public(), Get('nobody')],
    any: [All('any')],
  },
  params: {
    mine: [CurrentUser(), CurrentSession(), CurrentPermissions()],
    create: [CurrentUser()],
    publish: [CurrentUser(), Param('id')],
    nobody: [CurrentUser()],
  },
})

/** All of it open, but for one route. */
class Pages {
  home() {
    return 'home'
  }
  back() {
    return 'back'
  }
}
decorate(Pages, {
  on: [Public(), Controller('pages')],
  methods: { home: [Get()], back: [RequirePermission('system:admin'), Delete('back')] },
})

export type NestSite = Site & {
  readonly app: INestApplication
  readonly url: string
  /** What Nest logged as errors. */
  readonly errors: readonly string[]
  /** A browser that comes to the real port. */
  browser(): Visitor
}

export type NestSiteOptions = {
  readonly more?: ModuleMetadata
  readonly engine?: Partial<Parameters<typeof VigileModule.forRoot>[0]>
  readonly adapter?: AbstractHttpAdapter
  readonly arrange?: (app: INestApplication) => void
}

export const openNestSite = async ({
  more = {},
  engine,
  adapter,
  arrange,
}: NestSiteOptions = {}): Promise<NestSite> => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const roles = { user: ['products:read'], editor: ['products:create', 'products:publish'] } as const
  const site = await openSite('embedded', { publicUrl: url, permissions, roles })
  class App {}
  const imports = [VigileModule.forRoot({ ...site.vigile, ...engine })]
  Module({ ...more, imports: [...imports, ...(more.imports ?? [])], controllers: [Products, Pages] })(App)
  const errors: string[] = []
  const logger = { log: () => {}, warn: () => {}, error: (fault: unknown) => void errors.push(String(fault)) }
  const options = { logger, abortOnError: false }
  const app = adapter ? await NestFactory.create(App, adapter, options) : await NestFactory.create(App, options)
  arrange?.(app)
  await app.listen(port, '127.0.0.1')
  await site.vigile.roles.seed({ kind: 'application', name: 'test' })
  return {
    ...site,
    app,
    url,
    errors,
    browser: () =>
      createVisitor({
        vigile: () => ({ fetch: (request) => fetch(request) }),
        publicUrl: url,
        now: site.now,
        address: '127.0.0.1',
      }),
    close: async () => {
      await app.close()
      await site.close()
    },
  }
}

export const prefixedAndVersioned = (app: INestApplication): void => {
  app.setGlobalPrefix('shop')
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' })
}

import {
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common'
import { APP_GUARD, HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import type { Vigile } from '@vigile/engine'
import { createGuard } from './guard.ts'
import { guardMessages } from './guard-messages.ts'
import { createMount } from './mount.ts'

/** What of an engine the module uses. */
type Engine = Pick<
  Vigile,
  'fetch' | 'handles' | 'requirePermission' | 'requireSession' | 'startJobs' | 'drain' | 'close'
>

/** The engine, to inject: `constructor(@Inject(VIGILE) private readonly auth: Vigile) {}`. */
export const VIGILE = Symbol('vigile')

/**
 * Vigile in a Nest application: the interface of the engine in front of all middleware, and every route guarded but those that
 * `@Public()` opens. Jobs start with the application. They end with it and the engine closes, on `app.close()`, and on a signal where
 * `app.enableShutdownHooks()` was called.
 */
export class VigileModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  readonly #auth: Engine
  readonly #host: HttpAdapterHost

  constructor(auth: Engine, host: HttpAdapterHost, modules: ModulesContainer) {
    this.#auth = auth
    this.#host = host
    guardMessages(modules)
    // As soon as there is an HTTP server: before Nest puts its body parsers in front, which would leave nothing to read.
    host.init$.subscribe(() => {
      if (this.#adapter()?.getType() === 'express') host.httpAdapter.use(createMount(auth))
    })
  }

  /** Null: an application context without HTTP, as commands have. */
  #adapter(): HttpAdapterHost['httpAdapter'] | null {
    return this.#host.httpAdapter
  }

  /**
   * For the imports of the root module, once. `auth` is what `createVigile` gives.
   *
   * @example
   * @Module({ imports: [VigileModule.forRoot(auth)], controllers: [InvoicesController] })
   * export class AppModule {}
   */
  static forRoot(auth: Engine): DynamicModule {
    return {
      module: VigileModule,
      global: true,
      providers: [
        { provide: VIGILE, useValue: auth },
        {
          provide: APP_GUARD,
          useValue: createGuard(auth),
        },
      ],
      exports: [VIGILE],
    }
  }

  onModuleInit(): void {
    const type = this.#adapter()?.getType() ?? 'express'
    if (type !== 'express') throw new TypeError(`Vigile needs @nestjs/platform-express, not ${type}`)
  }

  onApplicationBootstrap(): void {
    this.#auth.startJobs()
  }

  /** Load balancers look elsewhere before the server stops listening (OPS-7). */
  onModuleDestroy(): void {
    this.#auth.drain()
  }

  /** After the last request. */
  async onApplicationShutdown(): Promise<void> {
    await this.#auth.close()
  }
}

// As decorators would: Node runs this source as it is, and strips types alone.
Module({})(VigileModule)
Inject(VIGILE)(VigileModule, undefined, 0)
Inject(HttpAdapterHost)(VigileModule, undefined, 1)
Inject(ModulesContainer)(VigileModule, undefined, 2)

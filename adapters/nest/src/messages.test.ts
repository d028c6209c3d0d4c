// A hybrid application: HTTP, and a microservice over a real TCP socket.
import { Controller } from '@nestjs/common'
import {
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type TcpClientOptions,
  Transport,
} from '@nestjs/microservices'
import { firstValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import { freePort } from '../../../tests/services/place.ts'
import { Public, RequirePermission } from './index.ts'
import { decorate, openNestSite } from './nest-app.suite.ts'

let deleted = 0
class Messages {
  sum() {
    return 'sum'
  }
  secret() {
    return 'secret'
  }
  deleted() {
    deleted += 1
  }
  rates() {
    return 'rates'
  }
}
decorate(Messages, {
  on: [Controller()],
  methods: {
    sum: [MessagePattern('sum')],
    secret: [RequirePermission('system:admin'), MessagePattern('secret')],
    // Typed for one method's shape alone.
    deleted: [EventPattern('deleted') as unknown as MethodDecorator],
    rates: [Public(), MessagePattern('rates')],
  },
})

test.each([
  ['as Nest connects it', undefined],
  ['with the configuration of the application', { inheritAppConfig: true }],
])(
  'VAL-3 attack: messages to a hybrid application are answered where they are public, and nowhere else: %s',
  async (_, hybrid) => {
    const options: TcpClientOptions = {
      transport: Transport.TCP,
      options: { port: await freePort(), host: '127.0.0.1' },
    }
    const site = await openNestSite({
      more: { imports: [{ module: class {}, controllers: [Messages] }] },
      arrange: (app) => void app.connectMicroservice(options, hybrid),
    })
    const client = ClientProxyFactory.create(options)
    const send = (pattern: string) =>
      firstValueFrom(client.send<string>(pattern, {})).catch(({ message }: { message: string }) => message)
    try {
      await site.app.startAllMicroservices()
      client.emit('deleted', {})
      expect([await send('sum'), await send('secret'), await send('rates')]).toEqual([
        'Forbidden resource',
        'Forbidden resource',
        'rates',
      ])
      expect(deleted).toBe(0)
    } finally {
      await client.close()
      await site.close()
    }
  },
)

import { Module, ValidationPipe } from '@nestjs/common'
import { APP_FILTER, APP_PIPE } from '@nestjs/core'
import { VigileModule } from '@vigile/nest'
import { auth } from './auth.ts'
import { InvoicesModule } from './invoices/invoices.module.ts'
import { JournalController } from './journal/journal.controller.ts'
import { invalid, ProblemFilter } from './problem.filter.ts'

@Module({
  // Step 5: every route is guarded from here on.
  imports: [VigileModule.forRoot(auth), InvoicesModule],
  controllers: [JournalController],
  providers: [
    // Step 6: what a body may hold is written in its class, and nothing else comes in.
    {
      provide: APP_PIPE,
      useValue: new ValidationPipe({
        whitelist: true,
        forbidNonWhitelisted: true,
        transform: true,
        stopAtFirstError: true,
        exceptionFactory: invalid,
      }),
    },
    { provide: APP_FILTER, useClass: ProblemFilter },
  ],
})
export class AppModule {}

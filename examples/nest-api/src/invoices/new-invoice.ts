// What an invoice from outside may hold (step 6): each field, its form and its size.
import { IsInt, IsISO8601, Length, Matches, Max, Min } from 'class-validator'

export class NewInvoice {
  @Length(1, 80)
  readonly supplier!: string

  @Matches(/^[A-Z0-9-]{1,24}$/, { message: 'reference must be 1 to 24 of A-Z, 0-9 and -' })
  readonly reference!: string

  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  readonly amountCents!: number

  @IsISO8601({ strict: true })
  @Length(10, 10, { message: 'dueOn must be a day: 2026-12-31' })
  readonly dueOn!: string
}

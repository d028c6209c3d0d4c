import { randomUUID } from 'node:crypto'
import { Body, Controller, Get, Inject, NotFoundException, Param, ParseUUIDPipe, Post, Req } from '@nestjs/common'
import type { User } from '@vigile/contract'
import { CurrentUser, Public, peerOf, RequirePermission, requestOf } from '@vigile/nest'
import type { Request } from 'express'
import { auth } from '../auth.ts'
import { type Invoice, InvoiceStore } from './invoice.ts'
import { NewInvoice } from './new-invoice.ts'

@Controller('api/invoices')
export class InvoicesController {
  constructor(@Inject(InvoiceStore) private readonly store: InvoiceStore) {}

  @Public()
  @Get('terms')
  terms() {
    return { currency: 'EUR', paidWithinDays: 30 }
  }

  @RequirePermission('invoices:read')
  @Get()
  list() {
    return this.store.list()
  }

  @RequirePermission('invoices:create')
  @Post()
  async create(@Body() body: NewInvoice, @CurrentUser() user: User, @Req() request: Request) {
    const id = randomUUID()
    const invoice: Invoice = { ...body, id, state: 'waiting', createdBy: user.email, approvedBy: null }
    await this.store.add(invoice)
    await this.#record('invoices:create', invoice.id, user, request, { after: invoice })
    return invoice
  }

  /** Money leaves: a sign-in of the last ten minutes. */
  @RequirePermission('invoices:approve', { recentSignIn: true })
  @Post(':id/approve')
  async approve(@Param('id', ParseUUIDPipe) id: string, @CurrentUser() user: User, @Req() request: Request) {
    const approved = await this.store.approve(id, user.email)
    if (!approved) throw new NotFoundException()
    const before = { ...approved, state: 'waiting', approvedBy: null }
    await this.#record('invoices:approve', id, user, request, { before, after: approved })
    return approved
  }

  #record(action: string, resourceId: string, { id: userId }: User, request: Request, details: object) {
    const by = { userId, request: requestOf(request), peer: peerOf(request) }
    return auth.audit.record({ action, resource: 'invoice', resourceId, details: { ...details }, ...by })
  }
}

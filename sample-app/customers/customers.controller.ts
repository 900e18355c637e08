import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { CreateCustomerDto, UpdateCustomerDto } from './customers.dto.js';
import { CustomersService } from './customers.service.js';

@PosController('customers', 'customers')
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  @Get()
  @ApiOperation({ summary: 'List the customers' })
  list(@CurrentActor() actor: Actor) {
    return this.customers.list(actor);
  }

  @Get(':customerUid')
  @ApiOperation({ summary: 'Get a customer' })
  get(@CurrentActor() actor: Actor, @Param('customerUid') customerUid: string) {
    return this.customers.get(actor, customerUid);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Register a customer: CUSTOMER_CREATE' })
  create(@CurrentActor() actor: Actor, @Body() body: CreateCustomerDto) {
    return this.customers.create(actor, body);
  }

  @Patch(':customerUid')
  @ApiOperation({ summary: 'Change a customer: CUSTOMER_UPDATE' })
  update(
    @CurrentActor() actor: Actor,
    @Param('customerUid') customerUid: string,
    @Body() body: UpdateCustomerDto,
  ) {
    return this.customers.update(actor, customerUid, body);
  }

  @Delete(':customerUid')
  @HttpCode(204)
  @AdminOnly()
  @ApiOperation({ summary: 'Delete a customer: CUSTOMER_DELETE' })
  delete(@CurrentActor() actor: Actor, @Param('customerUid') customerUid: string): Promise<void> {
    return this.customers.delete(actor, customerUid);
  }
}

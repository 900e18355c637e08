import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { AdminOnly } from '../account/access-token.guard.js';
import type { Actor } from '../account/actor.js';
import { CurrentActor, PosController } from '../account/pos-controller.js';
import { ApiResponses } from '../errors/api-responses.js';
import { CreateCustomerDto, UpdateCustomerDto } from './customers.dto.js';
import { CustomersService } from './customers.service.js';
import { CustomerView, CustomersView } from './customers.view.js';

@PosController('customers', 'customers')
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  @Get()
  @ApiResponses('List the customers', CustomersView)
  list(@CurrentActor() actor: Actor): Promise<CustomersView> {
    return this.customers.list(actor);
  }

  @Get(':customerUid')
  @ApiResponses('Get a customer', CustomerView, 404)
  get(@CurrentActor() actor: Actor, @Param('customerUid') customerUid: string): Promise<CustomerView> {
    return this.customers.get(actor, customerUid);
  }

  @Post()
  @HttpCode(200)
  @ApiResponses('Register a customer: CUSTOMER_CREATE', CustomerView, 400, 409)
  create(@CurrentActor() actor: Actor, @Body() body: CreateCustomerDto): Promise<CustomerView> {
    return this.customers.create(actor, body);
  }

  @Patch(':customerUid')
  @ApiResponses('Change a customer: CUSTOMER_UPDATE', CustomerView, 400, 404)
  update(
    @CurrentActor() actor: Actor,
    @Param('customerUid') customerUid: string,
    @Body() body: UpdateCustomerDto,
  ): Promise<CustomerView> {
    return this.customers.update(actor, customerUid, body);
  }

  @Delete(':customerUid')
  @HttpCode(204)
  @AdminOnly()
  @ApiResponses('Delete a customer: CUSTOMER_DELETE', undefined, 404)
  delete(@CurrentActor() actor: Actor, @Param('customerUid') customerUid: string): Promise<void> {
    return this.customers.delete(actor, customerUid);
  }
}

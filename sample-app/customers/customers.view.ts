import { ApiProperty } from '@nestjs/swagger';

/** A customer as the API shows it. */
export class CustomerView {
  @ApiProperty({ example: 'kari' })
  customerUid!: string;

  @ApiProperty({ example: 'Kari Nordmann' })
  name!: string;
}

/** All customers of the tenant. */
export class CustomersView {
  @ApiProperty({ type: [CustomerView] })
  items!: CustomerView[];
}

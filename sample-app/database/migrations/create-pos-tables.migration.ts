import type { MigrationInterface, QueryRunner } from 'typeorm';
import { generatedId, integer, key, optional, table, tenantTable, text } from './table.js';

/** The tables of the POS, from the first release on. A later change is a migration of its own. */
export class CreatePosTables1735689600000 implements MigrationInterface {
  readonly name = 'CreatePosTables1735689600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const created of tables()) await queryRunner.createTable(created);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const created of tables().reverse()) await queryRunner.dropTable(created);
  }
}

const tables = () => [
  table('pos_setting', [key(text('name')), text('value', 255)]),
  table('pos_tenant', [generatedId, text('uid'), text('name', 200)], [['uid']]),
  tenantTable('pos_device', [text('tokenHash')], [['tokenHash']]),
  tenantTable(
    'pos_tenant_user',
    [text('userCode'), text('name', 200), text('passwordHash', 255), text('role', 32)],
    [['tenantUid', 'userCode']],
  ),
  tenantTable('pos_product', [text('name', 200)]),
  tenantTable('pos_price', [text('productUid'), integer('amount')]),
  tenantTable('pos_product_media', [text('productUid'), text('url', 2000)]),
  tenantTable('pos_customer', [text('name', 200)]),
  tenantTable('pos_store', [text('name', 200)]),
  tenantTable('pos_till', [
    text('storeUid'),
    text('state', 16),
    integer('expectedAmount'),
    optional(integer('countedAmount')),
  ]),
  tenantTable('pos_warehouse', [text('name', 200)]),
  table('pos_stock_level', [
    key(text('tenantUid')),
    key(text('warehouseUid')),
    key(text('productUid')),
    integer('quantity'),
  ]),
  tenantTable('pos_order', [
    text('storeUid'),
    optional(text('tillUid')),
    optional(text('customerUid')),
    integer('totalAmount'),
    integer('paidAmount'),
    text('state', 16),
  ]),
  table('pos_order_line', [
    key(text('tenantUid')),
    key(text('orderUid')),
    key(integer('lineNumber')),
    text('productUid'),
    integer('quantity'),
    integer('unitAmount'),
    integer('deliveredQuantity'),
  ]),
  tenantTable('pos_order_handling', [text('state', 16)]),
  tenantTable('pos_receipt', [text('orderUid')], [['tenantUid', 'orderUid']]),
  tenantTable('pos_purchase', [text('warehouseUid'), text('supplier', 200), text('state', 16)]),
  table('pos_purchase_line', [
    key(text('tenantUid')),
    key(text('purchaseUid')),
    key(integer('lineNumber')),
    text('productUid'),
    integer('quantity'),
    integer('receivedQuantity'),
  ]),
];

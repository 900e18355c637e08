// shop.ts
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { AccessDecision } from 'nestjs-tillhook';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('orders')
export class Order {
  @PrimaryColumn('varchar')
  uid!: string;

  @Column('varchar')
  state!: string;
}

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'better-sqlite3',
        database: process.env.DATABASE_FILE ?? 'shop.sqlite',
        entities: [Order],
        synchronize: true, // never in production
      }),
    }),
  ],
})
export class DatabaseModule {}

/** Receivers on this machine, outside production only. */
export const egress =
  process.env.NODE_ENV === 'production' ? {} : { allowCidrs: ['127.0.0.1/32'], allowHttp: true };

/** Who may administer a tenant: everybody on your machine. Replace it by your own rule, see "Access policy". */
export const accessPolicy = (): AccessDecision =>
  process.env.NODE_ENV === 'production' ? 'forbidden' : 'granted';

// shop.ts
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
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

import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A value that all processes of this database share. */
@Entity('pos_setting')
export class Setting {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  name!: string;

  @Column({ type: 'varchar', length: 255 })
  value!: string;
}

/** The name of the setting that access tokens are signed with, so that each process accepts the tokens of the others. */
export const ACCESS_TOKEN_SECRET = 'accessTokenSecret';

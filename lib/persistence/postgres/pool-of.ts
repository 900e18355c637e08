import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** The pool of an initialized data source. */
export const poolOf = ({ driver }: DataSource): Pool => (driver as unknown as { master: Pool }).master;

import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';

/** Says that the process is up and reaches its database. It is there without controllers too. */
@Controller('health')
@ApiTags('health')
export class HealthController {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Is this process up, and what does it do?' })
  async check() {
    await this.dataSource.query('SELECT 1');
    const { worker, controllers, database } = this.config;
    return { status: 'ok', pid: process.pid, database: database.kind, worker, controllers };
  }
}

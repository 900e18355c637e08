import { Module } from '@nestjs/common';
import { RequestDrain } from './request-drain.js';

/** Provides `RequestDrain` to the modules that need it. */
@Module({ providers: [RequestDrain], exports: [RequestDrain] })
export class ShutdownModule {}

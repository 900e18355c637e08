import { Module } from '@nestjs/common';
import { RequestDrain } from './request-drain.js';

/** Provides the orderly end of the process to every module that needs it. */
@Module({ providers: [RequestDrain], exports: [RequestDrain] })
export class ShutdownModule {}

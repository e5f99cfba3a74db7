import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { LinkController } from './link.controller';
import { Links } from './link.service';

/** Tries per minute and address: far above a person's, far below what would find a token of 256 bits. */
const triesPerMinute = 30;

@Module({
  imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: triesPerMinute }])],
  controllers: [LinkController],
  providers: [Links],
  exports: [Links],
})
export class LinkModule {}

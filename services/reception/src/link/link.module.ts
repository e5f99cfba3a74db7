import { Module } from '@nestjs/common';
import { linkController, slowedDown } from '@aftersales/platform/http/link-door';
import { Links } from './link.service';

@Module({
  imports: [slowedDown],
  controllers: [linkController(Links)],
  providers: [Links],
  exports: [Links],
})
export class LinkModule {}

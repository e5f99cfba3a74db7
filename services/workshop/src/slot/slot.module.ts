import { Module } from '@nestjs/common';
import { SlotConsumer } from './slot.consumer';
import { SlotService } from './slot.service';

@Module({ controllers: [SlotConsumer], providers: [SlotService], exports: [SlotService] })
export class SlotModule {}

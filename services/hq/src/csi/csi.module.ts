import { Module } from '@nestjs/common';
import { CsiConsumer } from './csi.consumer';
import { CsiController } from './csi.controller';
import { KeptFacts } from './kept-facts.service';

@Module({ controllers: [CsiController, CsiConsumer], providers: [KeptFacts] })
export class CsiModule {}

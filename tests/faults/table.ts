import { brokers } from './brokers';
import { clocks } from './clocks';
import type { Fault } from './fault';
import { gateways } from './gateways';
import { messages } from './messages';
import { network } from './network';
import { postgres } from './postgres';
import { processes } from './processes';
import { redis } from './redis';
import { rushes } from './rushes';

/** Every fault, by what breaks. Each is an experiment of its own (experiment.ts). */
export const table: readonly Fault[] = [...processes, ...brokers, ...redis, ...postgres, ...network, ...messages, ...clocks, ...gateways, ...rushes];

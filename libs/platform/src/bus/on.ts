import type { AnyContract, Fact } from '@aftersales/contracts/kernel/event';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Tx } from '../database/tx';

type One<C extends AnyContract> = (tx: Tx, fact: Fact<C>) => Promise<unknown>;
type Many<C extends AnyContract> = (tx: Tx, facts: Fact<C>[]) => Promise<unknown>;

interface Heard {
  readonly contract: AnyContract;
  readonly batch: boolean;
}
export interface HeardBy extends Heard {
  readonly consumer: string;
}

const heardKey = Symbol('heard');
const consumerKey = Symbol('consumer');

/**
 * Doors 2 and 3 of a feature. `name` is its inbox name `<service>.<feature>`: a chosen string, for it stays when classes are renamed.
 */
export function Consumer(name: string): ClassDecorator {
  return (target) => {
    Reflect.defineMetadata(consumerKey, name, target);
    for (const method of Object.getOwnPropertyNames(target.prototype)) {
      const heard: Heard | undefined = Reflect.getMetadata(heardKey, target.prototype, method);
      if (!heard) continue;
      // Two handlers of one Nest pattern are chained and run at once, so the feature is part of the pattern.
      const extras: { heard: HeardBy } = { heard: { ...heard, consumer: name } };
      EventPattern(`${name}|${heard.contract.type}`, extras)(target.prototype, method, Object.getOwnPropertyDescriptor(target.prototype, method)!);
    }
    Controller()(target);
  };
}

export const consumerName = (target: object): string | undefined => Reflect.getMetadata(consumerKey, target);

/** The method hears one fact: `(tx, fact) => …`, type-checked against the contract. It may come again only if the transaction was undone. */
export function On<C extends AnyContract>(contract: C) {
  return heard<One<C>>({ contract, batch: false });
}

/** The method hears all new facts of that type in a batch at once, in order: for set-based SQL, 20–35 × one transaction a fact. */
export function OnBatch<C extends AnyContract>(contract: C) {
  return heard<Many<C>>({ contract, batch: true });
}

function heard<Method>(what: Heard) {
  return <Own extends Method>(target: object, method: string, _descriptor: TypedPropertyDescriptor<Own>): void => {
    Ctx()(target, method, 0);
    Payload()(target, method, 1);
    Reflect.defineMetadata(heardKey, what, target, method);
  };
}

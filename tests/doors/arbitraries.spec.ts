import fc from 'fast-check';
import { fits, spoiled, valid } from './arbitraries';
import { unlike } from './fuzz';
import { nameOf, operations } from './operations';

const none = () => [];

describe('what the doors are asked', () => {
  it('good bodies fit their document, spoiled ones do not: of every operation', () => {
    for (const operation of operations) {
      if (!operation.body) continue;
      const wrong = [valid, spoiled].flatMap((make) => fc.sample(make(operation.body!, none), { numRuns: 20, seed: 1 }).filter((value) => fits(operation.body!, value) !== (make === valid)));
      expect([nameOf(operation), wrong]).toEqual([nameOf(operation), []]);
    }
  });

  it('an answer is unlike its document by its status, its type or its shape', () => {
    const operation = operations.find(({ id, service }) => service === 'parts' && id === 'transfer.list')!;
    const answer = { status: 200, type: 'application/json', text: '{"transfers":[]}', body: { transfers: [] } };
    expect(unlike(operation, answer)).toEqual([]);
    expect(unlike(operation, { ...answer, status: 500 })).toEqual(['500 is not in its document']);
    expect(unlike(operation, { ...answer, type: 'text/html' })).toEqual(['text/html, not application/json']);
    expect(unlike(operation, { ...answer, body: { transfers: [], more: 1 } })).toEqual(['/ must NOT have additional properties']);
    expect(unlike(operation, { ...answer, status: 404, type: 'application/problem+json', body: {} })).not.toEqual([]);
  });
});

import fc from 'fast-check';
import { ChunkSize } from './chunk-size';

describe('the size of a chunk', () => {
  it('is what takes about half a second', () => {
    const size = new ChunkSize();
    size.took('t', 100, 2_000);
    expect(size.of('t')).toBe(25);
    size.took('t', 25, 250);
    expect(size.of('t')).toBe(50);
  });

  it('is each topic’s own', () => {
    const size = new ChunkSize();
    size.took('slow', 10, 5_000);
    expect([size.of('slow'), size.of('other')]).toEqual([1, 10]);
  });

  it('is one for a minute where facts met others together, and then again what it was', () => {
    jest.useFakeTimers();
    try {
      const size = new ChunkSize();
      size.took('t', 10, 200);
      size.apart('t');
      expect([size.of('t'), size.of('other')]).toEqual([1, 10]);
      jest.advanceTimersByTime(59_999);
      expect(size.of('t')).toBe(1);
      jest.advanceTimersByTime(1);
      expect(size.of('t')).toBe(25);
    } finally {
      jest.useRealTimers();
    }
  });

  it('grows tenfold at the most, is never nothing and never more than a hundred', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 60_000 }))), (chunks) => {
      const size = new ChunkSize();
      for (const [facts, ms] of chunks) {
        size.took('t', facts, ms);
        expect(size.of('t')).toBeGreaterThanOrEqual(1);
        expect(size.of('t')).toBeLessThanOrEqual(Math.min(100, facts * 10));
      }
    }));
  });
});

import { news } from './eta';

const [early, late] = [new Date('2026-03-10T01:00:00.000Z'), new Date('2026-03-11T01:00:00.000Z')];
const waits = (eta: Date | null) => ({ ready: false, eta });
const here = { ready: true, eta: null };

describe('eta', () => {
  it('PRT-8 later, or unknown again, is a slip; earlier, known at last, or here is a change; the same is nothing', () => {
    expect(news(waits(early), waits(late))).toBe('slipped');
    expect(news(waits(early), waits(null))).toBe('slipped');
    expect(news(here, waits(late))).toBe('slipped');
    expect(news(here, waits(null))).toBe('slipped');
    expect(news(waits(late), waits(early))).toBe('changed');
    expect(news(waits(null), waits(late))).toBe('changed');
    expect(news(waits(null), here)).toBe('changed');
    expect(news(waits(early), waits(new Date(early)))).toBeNull();
    expect(news(waits(null), waits(null))).toBeNull();
    expect(news(here, here)).toBeNull();
  });
});

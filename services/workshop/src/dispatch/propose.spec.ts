import { choose, propose, type Candidate } from './propose';

const one = (staffId: string, changes: Partial<Candidate> = {}): Candidate => ({ staffId, grade: 3, skills: ['brakes'], loadHours: 0, presentHours: 4000, ...changes });

describe('dispatch', () => {
  it('WRK-4 the best has the skill, is on shift, has most time beyond the work in hand, then the higher grade', () => {
    const all = [one('busy', { loadHours: 3000 }), one('plain'), one('master', { grade: 5 }), one('off', { presentHours: 0 }), one('paint', { skills: ['paint'] })];
    expect(propose(all, 'brakes').map(({ staffId }) => staffId)).toEqual(['master', 'plain', 'busy']);
    expect(choose(all, 'brakes', undefined)).toEqual({ chosen: ['master'], proposed: 'master' });
    expect(choose(all, 'brakes', ['busy', 'plain'])).toEqual({ chosen: ['busy', 'plain'], proposed: 'master' });
  });

  it.each([[['paint'], 'workshop.without-skill'], [['off'], 'workshop.off-shift'], [['nobody'], 'workshop.not-a-technician']])('WRK-4 %s can not be chosen', (wanted, code) => {
    const all = [one('a'), one('off', { presentHours: 0 }), one('paint', { skills: ['paint'] })];
    expect(() => choose(all, 'brakes', wanted)).toThrow(expect.objectContaining({ code }));
  });

  it('WRK-4 without anybody able there is no proposal', () => {
    expect(() => choose([one('off', { presentHours: 0 })], 'brakes', undefined)).toThrow(expect.objectContaining({ code: 'workshop.nobody' }));
  });
});

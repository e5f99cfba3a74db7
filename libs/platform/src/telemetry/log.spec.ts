import { makeLog } from './log';

describe('the log', () => {
  const said = (fields: object): string => {
    const lines: string[] = [];
    makeLog('hq', 'info', { write: (line) => void lines.push(line) }).info(fields, 'said');
    return lines.join();
  };

  it('says nothing personal, however deep it is handed in', () => {
    for (const fields of [{ phone: 'canary' }, { customer: { name: 'canary' } }, { call: { customer: { plate: 'canary' } } }]) expect(said(fields)).not.toContain('canary');
    expect(said({ kind: 'parcel.remind' })).toContain('parcel.remind');
  });

  it("quotes no row out of PostgreSQL's errors", () => {
    const error = Object.assign(new Error('new row violates a check'), { code: '23514', detail: 'Failing row contains (canary).', where: 'COPY canary', parameters: ['canary'] });
    expect(said({ err: error })).not.toContain('canary');
    expect(said({ err: error })).toContain('23514');
  });
});

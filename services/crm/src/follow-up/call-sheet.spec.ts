import { caseFor, checkSheets, demandApology, type Sheet } from './call-sheet';

const sheet: Sheet = { visitId: 'a', answers: [{ question: 'welcome', level: 1 }], recommend: null, remarks: 'too slow', heard: null, complaint: null };
const refusal = (code: string) => expect.objectContaining({ code });

describe('call sheet', () => {
  it('CRM-8 one sheet for each visit of the call, with at least one answer', () => {
    expect(() => checkSheets([{ visitId: 'a' }, { visitId: 'b' }], [{ ...sheet, visitId: 'b' }, sheet])).not.toThrow();
    for (const sheets of [[sheet], [sheet, sheet], [sheet, { ...sheet, visitId: 'b' }, { ...sheet, visitId: 'c' }]]) expect(() => checkSheets([{ visitId: 'a' }, { visitId: 'b' }], sheets)).toThrow(refusal('follow-up.sheets'));
    expect(() => checkSheets([{ visitId: 'a' }], [{ ...sheet, answers: [] }])).toThrow(refusal('follow-up.sheet-empty'));
  });

  it('CRM-10 any complaint makes a case, whatever the levels; a bad level makes one without words', () => {
    const complaint = { department: 'parts', cause: 'scratched', words: 'there is a scratch' } as const;
    expect(caseFor({ ...sheet, complaint }, null)).toEqual(complaint);
    expect(caseFor({ ...sheet, complaint }, { department: 'desk', cause: 'welcome' })).toEqual(complaint);
    expect(caseFor(sheet, { department: 'desk', cause: 'welcome' })).toEqual({ department: 'desk', cause: 'welcome', words: 'too slow' });
    expect(caseFor(sheet, null)).toBeNull();
  });

  it('CRM-10 first the apology', () => {
    expect(() => demandApology(true, false)).toThrow(refusal('follow-up.apology-first'));
    expect(() => demandApology(true, true)).not.toThrow();
    expect(() => demandApology(false, false)).not.toThrow();
  });
});

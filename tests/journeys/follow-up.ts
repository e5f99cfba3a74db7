import { addDays, atLocal, localDate } from '@aftersales/calendar/local-time';
import { at, store, zone } from './cast';
import type { Stage } from './stage';

/** Three days after the delivery: two attempts fail in different windows, the third reaches; one answer is dissatisfied. */
export async function followedUp(stage: Stage, visitId: string): Promise<void> {
  stage.step('The follow-up falls due inside a call window; two attempts fail in different windows, the third reaches');
  const planned = await stage.fact('crm.follow-up-planned', (data) => data.visitId === visitId);
  const delivered = await stage.fact('reception.visit-delivered', (data) => data.visitId === visitId);
  const day = (n: number) => addDays(localDate(zone, new Date(delivered.data.deliveredAt)), n);
  await stage.jumpTo(new Date(planned.data.opensAt));
  const followUp = await stage.until('it stands in the call list', async () => (await stage.ask('crm-agent.a', `GET ${at('crm')}/follow-ups/call-list?limit=100`)).items.find((one: any) => one.visitId === visitId));
  const attempt = await calls(stage, followUp.followUpId);
  await attempt('no-answer');
  await attempt('busy', 409); // the same window is not tried again
  await stage.jumpTo(atLocal(zone, day(1), '14:05'));
  await attempt('busy');
  await stage.jumpTo(atLocal(zone, day(2), '09:05'));
  await attempt('reached');

  stage.step('One answer is *dissatisfied*: a case, answered by its department; a second follow-up: satisfied');
  await answered(stage, followUp.followUpId, visitId, (question) => (question === 'fixed-right' ? 4 : 1));
  const opened = await stage.fact('crm.case-opened', (data) => data.visitId === visitId);
  const casePath = `${at('crm')}/cases/${opened.data.caseId}`;
  await stage.move('service-manager.a', casePath, 'answer', { measure: 'explained', words: '已与客户当面说明' });
  const again = await stage.fact('crm.follow-up-planned', (data) => data.visitId === visitId && data.followUpId !== followUp.followUpId);
  await stage.jumpTo(new Date(again.data.opensAt));
  const second = await calls(stage, again.data.followUpId);
  await second('reached');
  await stage.move('crm-agent.a', `${at('crm')}/follow-ups/${again.data.followUpId}`, 'satisfaction', { satisfied: true });
  await stage.fact('crm.case-satisfied', (data) => data.caseId === opened.data.caseId);

  stage.step('CSI of the store and the group at headquarters, within seconds of the answer');
  const ofTheDay = `per=day&from=${day(0)}&to=${day(0)}`;
  const csi = await stage.until('the answer in the store’s figures', async () => {
    const [row] = (await stage.ask('store-manager.a', `GET hq/stores/${store.storeId}/csi?${ofTheDay}&by=store`)).rows;
    return row?.sample.answered > 0 && row;
  });
  const [group] = (await stage.ask('hq-analyst', `GET hq/csi?${ofTheDay}&by=group`)).rows;
  for (const [who, row] of [['store', csi], ['group', group]] as const) {
    expect(row.pooled, figures, `${who}’s figures`);
    const { topBox, mean, points, nps } = row.pooled;
    const of = (figure: any) => `${round(figure.value)} (${round(figure.interval.low)}…${round(figure.interval.high)})`;
    stage.note(`${who}: top-box ${of(topBox)} %, mean ${of(mean)}, points ${of(points)}, NPS ${of(nps)}; n ${topBox.n}, response ${round(row.responseRate.percent)} % of ${row.responseRate.of}, method v${topBox.methodVersion}`);
  }
}

/** The known figures of the answers above, one car delivered that day: 300 of the sheet's 1,000 at level 4 (25 points), all else at level 1; an 8 neither promotes nor detracts. */
const figures = { topBox: 70, top2Box: 70, mean: 77.5, points: 775, nps: 0 };

function expect(pooled: any, known: Record<string, number>, what: string): void {
  for (const [name, value] of Object.entries(known))
    if (pooled[name].value !== value || pooled[name].n !== 1 || pooled[name].responseRate !== 100) throw new Error(`${what}: ${name} is ${JSON.stringify(pooled[name])}, not ${value} of one car`);
}

/** The answers of a person who was reached, by question. */
export async function answered(stage: Stage, followUpId: string, visitId: string, level: (question: string) => number): Promise<void> {
  const { items: [sheet] } = await stage.ask('crm-agent.a', 'GET crm/questionnaires');
  const answers = sheet.questions.map(({ question }: any) => ({ question, level: level(question) }));
  const apologised = answers.some((answer: any) => answer.level > 1);
  await stage.move('crm-agent.a', `${at('crm')}/follow-ups/${followUpId}`, 'sheets', { sheets: [{ visitId, answers, recommend: 8 }], apologised });
  await stage.fact('crm.survey-answered', (data) => data.visitId === visitId);
}

async function calls(stage: Stage, id: string) {
  return async (outcome: string, expect?: number): Promise<any> => stage.move('crm-agent.a', `${at('crm')}/follow-ups/${id}`, 'attempt', { outcome }, { expect });
}

const round = (value: number): number => Math.round(value * 10) / 10;

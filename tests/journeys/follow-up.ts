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
  const { items } = await stage.ask('crm-agent.a', 'GET crm/questionnaires');
  const [sheet] = items;
  const answers = sheet.questions.map(({ question }: any, i: number) => ({ question, level: i === 1 ? 4 : 1 }));
  await stage.move('crm-agent.a', `${at('crm')}/follow-ups/${followUp.followUpId}`, 'sheets', { sheets: [{ visitId, answers, recommend: 8 }], apologised: true });
  await stage.fact('crm.survey-answered', (data) => data.visitId === visitId);
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
  const [from, to] = [day(-1), day(1)];
  const csi = await stage.until('the answer in the store’s figures', async () => {
    const { rows } = await stage.ask('store-manager.a', `GET hq/stores/${store.storeId}/csi?per=year&from=${from}&to=${to}&by=store`);
    return rows.some((row: any) => row.sample.answered > 0) && rows;
  });
  const group = (await stage.ask('hq-analyst', `GET hq/csi?per=year&from=${from}&to=${to}&by=group`)).rows;
  for (const [who, row] of [['store', csi[0]], ['group', group[0]]] as const) {
    const { topBox, mean, points, nps } = row.pooled;
    const of = (figure: any) => `${round(figure.value)} (${round(figure.interval.low)}…${round(figure.interval.high)})`;
    stage.note(`${who}: top-box ${of(topBox)} %, mean ${of(mean)}, points ${of(points)}, NPS ${of(nps)}; n ${topBox.n}, response ${round(row.responseRate.percent)} % of ${row.responseRate.of}, method v${topBox.methodVersion}`);
  }
}

async function calls(stage: Stage, id: string) {
  return async (outcome: string, expect?: number): Promise<any> => stage.move('crm-agent.a', `${at('crm')}/follow-ups/${id}`, 'attempt', { outcome }, { expect });
}

const round = (value: number): number => Math.round(value * 10) / 10;

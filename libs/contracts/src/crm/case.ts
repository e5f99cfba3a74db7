import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Department, Id, Instant } from '../kernel/values';

// A dissatisfied customer's case (CRM-10). The department answers it at crm's own door, where the answer's words stay; the others may show
// it as a task.
const topic = 'crm.case';
const key = ({ caseId }: { caseId: string }) => caseId;
const one = { caseId: Id, visitId: Id, department: Department };

/** The desk, the floor: a task on the department's board. */
export const CaseOpened = defineEvent({
  type: 'crm.case-opened.v1', topic, key,
  data: z.object({ ...one, followUpId: Id.nullable(), customerId: Id, vehicleId: Id, cause: Code, openedAt: Instant }),
  heardBy: { reception: ['caseId', 'visitId', 'department', 'cause', 'openedAt'], workshop: ['caseId', 'visitId', 'department', 'cause', 'openedAt'] },
});

/** A new follow-up asks the customer whether that was it. */
export const CaseAnswered = defineEvent({
  type: 'crm.case-answered.v1', topic, key,
  data: z.object({ ...one, round: z.int().positive(), measure: Code, answeredBy: Id, answeredAt: Instant }),
  heardBy: { reception: ['caseId', 'department', 'answeredAt'], workshop: ['caseId', 'department', 'answeredAt'] },
});

export const CaseSatisfied = defineEvent({
  type: 'crm.case-satisfied.v1', topic, key,
  data: z.object({ ...one, followUpId: Id, satisfiedAt: Instant }),
  heardBy: {},
});

/** After satisfaction, or by the store manager with a reason. */
export const CaseClosed = defineEvent({
  type: 'crm.case-closed.v1', topic, key,
  data: z.object({ ...one, outcome: z.enum(['satisfied', 'closed-by-manager']), reason: Code.nullable(), closedBy: Id.nullable(), closedAt: Instant }),
  heardBy: { reception: ['caseId', 'outcome', 'closedAt'], workshop: ['caseId', 'outcome', 'closedAt'] },
});

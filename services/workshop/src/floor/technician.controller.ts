import { Controller } from '@nestjs/common';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { z } from 'zod';
import { Away, managers, NewTechnician, readers, TechnicianChange, TechnicianView } from './floor.inputs';
import { techniciansOf } from './floor.queries';
import { FloorService } from './floor.service';

@Controller('stores/:storeId/technicians')
export class TechnicianController {
  constructor(private readonly floor: FloorService) {}

  @Query('GET ', { summary: 'All technicians, with grade, skills, shift and absences', roles: readers, answer: z.object({ technicians: z.array(TechnicianView) }) })
  async technicians(tx: Tx, { storeId }: Call) {
    return { technicians: await techniciansOf(tx, storeId) };
  }

  @Command('POST ', { summary: 'A technician joins the floor', roles: managers, body: NewTechnician, answer: TechnicianView })
  add(tx: Tx, { storeId, body }: Call<NewTechnician>) {
    return this.floor.addTechnician(tx, storeId, body);
  }

  @Command('POST :technicianId/change', { summary: 'Another grade, other skills or shift; on the floor or not', roles: managers, ifMatch: true, body: TechnicianChange, answer: TechnicianView })
  change(tx: Tx, { storeId, params, version, body }: Call<TechnicianChange>) {
    return this.floor.changeTechnician(tx, storeId, params['technicianId']!, version, body);
  }

  @Command('POST :technicianId/absent', { summary: 'Away for a while: what nobody else can do is lost', roles: managers, ifMatch: true, body: Away, answer: TechnicianView })
  absent(tx: Tx, { storeId, params, version, body }: Call<Away>) {
    return this.floor.absent(tx, storeId, params['technicianId']!, version, body);
  }

  @Command('POST :technicianId/absences/:absenceId/end', { summary: 'Back again', roles: managers, ifMatch: true, answer: TechnicianView })
  present(tx: Tx, { storeId, params, version }: Call) {
    return this.floor.present(tx, storeId, params['technicianId']!, version, params['absenceId']!);
  }
}

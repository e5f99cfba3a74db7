import { demand } from '@aftersales/contracts/kernel/refused';

/** A technician as dispatch sees one. */
export interface Candidate {
  readonly staffId: string;
  readonly grade: number;
  readonly skills: readonly string[];
  /** Flat hours of unfinished operations that are theirs already. */
  readonly loadHours: number;
  /** Time left on the floor today, in thousandths of hours: 0 is off shift or absent. */
  readonly presentHours: number;
}

/** Who can do it now, the best first: most time beyond the work in hand, then the higher grade. */
export function propose(candidates: readonly Candidate[], skill: string): Candidate[] {
  const spare = ({ presentHours, loadHours }: Candidate): number => presentHours - loadHours;
  return candidates.filter((one) => one.presentHours > 0 && one.skills.includes(skill)).sort((a, b) => spare(b) - spare(a) || b.grade - a.grade || (a.staffId < b.staffId ? -1 : 1));
}

/** A person may choose somebody else than the best, but nobody without the skill or off shift. */
export function choose(candidates: readonly Candidate[], skill: string, wanted: readonly string[] | undefined): { chosen: readonly string[]; proposed: string } {
  const able = propose(candidates, skill);
  for (const staffId of wanted ?? []) {
    const one = candidates.find((candidate) => candidate.staffId === staffId);
    demand(one, 'workshop.not-a-technician', 'This person is no technician of the floor.');
    demand(one.skills.includes(skill), 'workshop.without-skill', `This technician does not have the skill ${skill}.`);
    demand(one.presentHours > 0, 'workshop.off-shift', 'This technician is not on shift any more today.');
  }
  const best = able[0];
  demand(best, 'workshop.nobody', `Nobody with the skill ${skill} is on shift.`);
  return { chosen: wanted ?? [best.staffId], proposed: best.staffId };
}

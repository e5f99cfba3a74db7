import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

/**
 * Gives each partition to a member that subscribes its topic, least busy first. kafkajs' own assigner uses the leader's topics for all
 * members: in a rolling deployment a new topic would go to members that don't know it, and starve.
 */
export const honestAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'OwnTopicsAssigner',
  version: 0,
  async assign({ members }) {
    const wanted = members
      .map(({ memberId, memberMetadata }) => ({ memberId, topics: new Set(AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? []) }))
      .sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    const assignments = new Map(wanted.map(({ memberId }) => [memberId, {} as Record<string, number[]>]));
    const load = new Map(wanted.map(({ memberId }) => [memberId, 0]));
    const topics = [...new Set(wanted.flatMap((member) => [...member.topics]))].sort();
    for (const topic of topics) {
      const able = wanted.filter((member) => member.topics.has(topic));
      for (const { partitionId } of cluster.findTopicPartitionMetadata(topic)) {
        const member = able.reduce((least, next) => (load.get(next.memberId)! < load.get(least.memberId)! ? next : least));
        load.set(member.memberId, load.get(member.memberId)! + 1);
        (assignments.get(member.memberId)![topic] ??= []).push(partitionId);
      }
    }
    return [...assignments].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
    }));
  },
  protocol({ topics }) {
    return { name: 'OwnTopicsAssigner', metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }) };
  },
});

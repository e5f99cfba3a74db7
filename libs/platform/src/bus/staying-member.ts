/**
 * Tells the group that we live while `work` goes on: a chunk that waits for locks takes longer than the session, and a member who is thrown out
 * for it goes on working beside the one who took over, each holding what the other needs. What the group wants of us is heard after the work.
 */
export async function stayingMember(heartbeat: () => Promise<void>, work: Promise<void>): Promise<void> {
  const beating = setInterval(() => void heartbeat().catch(() => undefined), 1_000);
  try {
    await work;
  } finally {
    clearInterval(beating);
  }
}

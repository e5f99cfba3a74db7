const limitMs = 25_000; // under the 30 s of a statement

/**
 * A handler that never resolves would hold up all that comes after it, without a sign. Past its time it is undone and asked again, as a
 * statement past its time would be (57014).
 */
export async function limited<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(Object.assign(new Error('the handler took too long'), { code: '57014' })), limitMs)));
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

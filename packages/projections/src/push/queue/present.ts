/** A row of SQLite without its nulls, as a plain object that can travel between threads. */
export const present = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))

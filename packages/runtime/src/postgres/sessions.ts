/** How many sessions with Postgres a process opens at most: `max_connections` must hold those of all processes. */

/** A listener, a leader and one that rebuilds hold one each, the rest is shared by whoever asks. */
export const poolSessions = 16

/** The session that holds the shards' locks, one to ask with, and one for when the first is being replaced. */
export const lockSessions = 3

/** With one to spare: a step of the schema has a session of its own. */
export const sessionsOfProcess = poolSessions + lockSessions + 1

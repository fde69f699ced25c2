/**
 * How much of a user is remembered. Not settings: a user's state is bounded by them, whatever he does.
 *
 * Devices, blocks and mutes beyond theirs are refused. Revocations and cursors beyond theirs are forgotten, the oldest first: a
 * device whose revocation is forgotten may connect again; a cursor that is forgotten may be stored once more, and whoever reads
 * cursors keeps the highest.
 */
export const mostDevices = 50
export const mostBlocks = 1_000
export const mostMutes = 5_000
export const mostRevocations = 1_000
/** Of each kind (read, delivered), at least the latest so many are remembered, and at most twice as many. */
export const cursorGeneration = 5_000

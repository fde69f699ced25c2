/**
 * What is given up under pressure, the first first (design: message accept, commit and delivery go last, and are never shed here).
 *
 * Frames are marked with the class that they belong to, so that one connection that reads slowly and a whole server under pressure
 * give up the same things. What is not marked (answers, frames with a `seq`, cursors) is never dropped.
 */
export const shedOrder = ["typing", "presence", "receipts", "connections"] as const
export type Sheddable = (typeof shedOrder)[number]

/** Frames without a `seq` that may be dropped. */
export const droppable = ["typing", "presence", "receipts"] as const
export type FrameClass = (typeof droppable)[number]

/** Whether the server gives something up at the moment. To be asked before the work is done, not only before the frame is written. */
export type Sheds = (what: Sheddable) => boolean

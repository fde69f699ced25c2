/** What the process that pushes and the one that kills it know in common. */

/** Bob's, to whom everything is pushed. */
export const devices: ReadonlyArray<string> = ["phone", "tablet"]

export const busyConversations: ReadonlyArray<string> = ["1", "2", "3"].map(
  (n) => `cnv_${n.padStart(26, "0")}`,
)

/** A push as the service gets it. `key`: the conversation. */
export interface Arrival {
  readonly device: string
  readonly key: string
  readonly job: number
  readonly seq: number
  readonly count: number
}

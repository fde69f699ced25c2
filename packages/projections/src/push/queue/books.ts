/**
 * What the queue's decisions look up and write: in the tables of a file, or in what was read of a database and is written back.
 *
 * Always true: everything belongs to one transaction; whoever writes reads what he wrote.
 */
import type { Bucket } from "./budget.ts"
import type { JobRow } from "./jobRow.ts"

/** The push that stands for several conversations. */
export const severalKey = "inbox"

export type NewJob = Pick<
  JobRow,
  "kind" | "user" | "device" | "conversation" | "collapse_key" | "seq" | "count" | "ts" | "due"
> &
  Partial<Pick<JobRow, "what" | "about">>

/** What is added to a job that waits. */
export type Joining = Pick<JobRow, "seq" | "count" | "ts" | "due" | "attempts">

/** Of one device and collapse key at most one job waits. */
export interface JobBook {
  readonly waiting: (user: string, device: string, key: string) => JobRow | undefined
  readonly add: (job: NewJob) => void
  readonly join: (into: JobRow, more: Joining) => void
  /** From a sender's hands back to waiting; whoever calls has looked that nothing else waits there. */
  readonly wait: (id: number, due: number) => void
  readonly remove: (id: number) => void
  readonly park: (id: number, reason: string, now: number) => void
  /** Takes away what waits of what was read, and tells the senders' jobs. */
  readonly read: (user: string, conversation: string, seq: number) => ReadonlyArray<JobRow>
}

/** Which devices show a push of which conversation. */
export interface ShownBook {
  /** `conversation` absent: the push for several. */
  readonly put: (user: string, conversation: string | null, device: string, seq: number, now: number) => void
  /** When the device was last sent one of the conversation; long ago when it shows none. */
  readonly at: (user: string, conversation: string, device: string) => number
  /** Whatever shows the conversation up to `seq`, and the push for several, which nobody can tell apart: forgotten from now on. */
  readonly take: (
    user: string,
    conversation: string,
    seq: number,
  ) => ReadonlyArray<{ readonly conversation: string; readonly device: string }>
}

/** Nobody's bucket is a full one. */
export interface BudgetBook {
  readonly bucket: (user: string) => Bucket | undefined
  readonly keep: (user: string, bucket: Bucket) => void
}

export interface Books {
  readonly jobs: JobBook
  readonly shown: ShownBook
  readonly budgets: BudgetBook
}

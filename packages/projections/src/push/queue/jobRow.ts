/** A job as it stands in the file, and as a sender gets it. */
import type { ParkedJob, PushJob } from "../PushQueue.ts"
import type { PushKind } from "../PushSender.ts"

export interface JobRow {
  readonly id: number
  readonly state: "waiting" | "leased" | "parked"
  readonly kind: PushKind
  readonly user: string
  readonly device: string
  readonly conversation: string | null
  readonly collapse_key: string
  readonly seq: number
  readonly count: number
  readonly ts: number
  readonly due: number
  readonly attempts: number
  readonly read_seq: number
  readonly what: "device_registered" | "device_revoked" | null
  readonly about: string | null
  readonly reason: string | null
  readonly parked_at: number | null
}

/** Its lease is the number of the attempt: no other holder of the same job has it. */
export const toJob = (row: JobRow): PushJob => ({
  id: row.id,
  lease: row.attempts,
  kind: row.kind,
  user: row.user,
  device: row.device,
  ...(row.conversation === null ? {} : { conversation: row.conversation }),
  collapseKey: row.collapse_key,
  seq: row.seq,
  count: row.count,
  ts: row.ts,
  attempts: row.attempts,
  ...(row.what === null ? {} : { what: row.what }),
  ...(row.about === null ? {} : { about: row.about }),
})

export const toParked = (row: JobRow): ParkedJob => ({
  ...toJob(row),
  parkedAt: row.parked_at ?? 0,
  reason: row.reason ?? "",
})

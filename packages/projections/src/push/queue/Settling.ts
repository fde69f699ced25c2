/**
 * What becomes of a job that leaves a sender's hands: gone, waiting again, or parked; and what it leaves behind on the device.
 *
 * Always true: of a device and collapse key at most one job waits afterwards. Two that would are joined, and neither is forgotten.
 */
import type { PushDecision, Settlement } from "../PushQueue.ts"
import { clear } from "./Admission.ts"
import type { Books } from "./books.ts"
import type { JobRow } from "./jobRow.ts"

/** Joined to what came meanwhile. A clearing push is needless beside a message's. */
const release = ({ jobs }: Books, job: JobRow, due: number): void => {
  const other = jobs.waiting(job.user, job.device, job.collapse_key)
  if (other === undefined) return jobs.wait(job.id, due)
  if (job.kind === "message" && other.kind !== "message") {
    jobs.remove(other.id)
    return jobs.wait(job.id, due)
  }
  if (job.kind === other.kind) jobs.join(other, { ...job, due })
  jobs.remove(job.id)
}

/** Back to waiting, unless it was read meanwhile. */
export const letGo = (books: Books, job: JobRow, due: number): void => {
  if (job.kind === "message" && job.conversation !== null && job.read_seq >= job.seq)
    return books.jobs.remove(job.id)
  release(books, job, due)
}

const sent = (books: Books, job: JobRow, now: number): void => {
  const { id, kind, user, device, conversation, seq } = job
  books.jobs.remove(id)
  if (kind !== "message") return
  books.shown.put(user, conversation, device, seq, now)
  // It was read while it was on its way.
  if (conversation === null || job.read_seq < seq) return
  books.shown.take(user, conversation, seq)
  clear(books, { user, device, conversation, seq, ts: now }, now)
}

/** The line for whoever asks about his pushes. */
export const settle = (books: Books, job: JobRow, settlement: Settlement, now: number): PushDecision => {
  const { id, kind, user, device, conversation, seq } = job
  switch (settlement.outcome) {
    case "sent":
      sent(books, job, now)
      break
    case "dropped":
      books.jobs.remove(id)
      break
    case "retry":
      letGo(books, job, settlement.at)
      break
    case "parked":
      books.jobs.park(id, settlement.reason, now)
  }
  return {
    user,
    device,
    kind,
    ...(conversation === null ? {} : { conversation, seq }),
    at: now,
    outcome: settlement.outcome,
    ...("reason" in settlement ? { reason: settlement.reason } : {}),
  }
}

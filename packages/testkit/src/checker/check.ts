/**
 * The loss checker: judges the record of a run by what Parley promises.
 *
 * Always true: it knows nothing of the server but the record, and changes nothing in it. A correct run has all counters at 0; that
 * every counter can rise is shown by `defects`, in every run.
 */
import { checkFrames } from "./checkFrames.ts"
import { checkHistory, checkLog } from "./checkHistory.ts"
import { checkDeviceOrder, checkRealTime } from "./checkOrder.ts"
import { checkReads } from "./checkReads.ts"
import type { Recording } from "./Recording.ts"
import { Timeline } from "./Timeline.ts"
import { Truth } from "./Truth.ts"
import { Verdict } from "./Verdict.ts"

export const check = (recording: Recording): Verdict => {
  const verdict = new Verdict()
  const timeline = new Timeline(recording)
  const truth = new Truth(recording)
  checkHistory(recording, truth, timeline, verdict)
  checkLog(recording, truth, verdict)
  checkRealTime(recording, truth, verdict)
  checkDeviceOrder(recording, truth, verdict)
  checkFrames(recording, truth, timeline, verdict)
  checkReads(recording, truth, verdict)
  return verdict
}

/**
 * The loss checker: judges the record of a run by what Parley promises.
 *
 * Always true: it knows nothing of the server but the record, and changes nothing in it. A correct run has all counters at 0; that
 * every counter can rise is shown by `defects`, in every run.
 */
import { Alterations } from "./Alterations.ts"
import { checkActs } from "./checkActs.ts"
import { checkFrames } from "./checkFrames.ts"
import { checkHistory, checkLog } from "./checkHistory.ts"
import { checkMarks } from "./checkMarks.ts"
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
  const alterations = new Alterations(recording)
  checkHistory(recording, truth, timeline, alterations, verdict)
  checkLog(recording, truth, verdict)
  checkRealTime(recording, truth, verdict)
  checkDeviceOrder(recording, truth, verdict)
  checkFrames(recording, truth, timeline, alterations, verdict)
  checkReads(recording, truth, alterations, verdict)
  checkActs(recording, truth, timeline, alterations, verdict)
  checkMarks(recording, truth, timeline, verdict)
  return verdict
}

/** Every defect that a record of a run can have planted: at least one for each counter. */
import type { Defect } from "./Defect.ts"
import { inActs } from "./inActs.ts"
import { inFrames } from "./inFrames.ts"
import { inHistory } from "./inHistory.ts"
import { inLog } from "./inLog.ts"
import { inMarks } from "./inMarks.ts"
import { inOrder } from "./inOrder.ts"
import { inReads } from "./inReads.ts"

export const defects: ReadonlyArray<Defect> = [
  ...inHistory,
  ...inOrder,
  ...inFrames,
  ...inReads,
  ...inActs,
  ...inMarks,
  ...inLog,
]

/** The rows of the design's budget table that concern one node, in its order. */
import { closedLoopRate } from "../rows/closedLoopRate.ts"
import { coldStart } from "../rows/coldStart.ts"
import { followerHistory } from "../rows/followerHistory.ts"
import { followerMembership } from "../rows/followerMembership.ts"
import { followerScan } from "../rows/followerScan.ts"
import { groupCpu } from "../rows/groupCpu.ts"
import { groupLast } from "../rows/groupLast.ts"
import { historyPageHttp } from "../rows/historyPageHttp.ts"
import { historyPageP99 } from "../rows/historyPageP99.ts"
import { historyPageRate } from "../rows/historyPageRate.ts"
import { hotConversation } from "../rows/hotConversation.ts"
import { idleConnection } from "../rows/idleConnection.ts"
import { oneToOneCpu } from "../rows/oneToOneCpu.ts"
import { oneToOneCpuSaturated } from "../rows/oneToOneCpuSaturated.ts"
import { oneToOneP50 } from "../rows/oneToOneP50.ts"
import { oneToOneP99 } from "../rows/oneToOneP99.ts"
import { wake } from "../rows/wake.ts"
import type { Row } from "./Row.ts"

export const rows: ReadonlyArray<Row> = [
  oneToOneP50,
  oneToOneP99,
  oneToOneCpu,
  oneToOneCpuSaturated,
  closedLoopRate,
  hotConversation,
  groupCpu,
  groupLast,
  idleConnection,
  historyPageP99,
  historyPageRate,
  historyPageHttp,
  wake,
  followerScan,
  followerHistory,
  followerMembership,
  coldStart,
]

/** Those whose name begins with one of `names`; all when it is empty. Throws for a name that none begins with. */
export const chosen = (all: ReadonlyArray<Row>, names: ReadonlyArray<string>): ReadonlyArray<Row> => {
  for (const name of names)
    if (!all.some((row) => row.name.startsWith(name)))
      throw new Error(`no row's name begins with ${name}; there are ${all.map((row) => row.name).join(", ")}`)
  return names.length === 0 ? all : all.filter((row) => names.some((name) => row.name.startsWith(name)))
}

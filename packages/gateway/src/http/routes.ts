/** Every route that is served: the router, the API document and the matrix of rights go through this list. */
import type { Route } from "./Api.ts"
import { blocks } from "./blocks.ts"
import { conversations } from "./conversations.ts"
import { devices } from "./devices.ts"
import { groups } from "./groups.ts"
import { history } from "./history.ts"
import { members } from "./members.ts"
import { messages } from "./messages.ts"
import { mutes } from "./mutes.ts"
import { people } from "./people.ts"
import { profiles } from "./profiles.ts"
import { pushConfig } from "./pushConfig.ts"
import { reactions } from "./reactions.ts"
import { receipts } from "./receipts.ts"
import { sessions } from "./sessions.ts"
import { sync } from "./sync.ts"

export const routes: ReadonlyArray<Route> = [
  ...sessions,
  ...sync,
  ...messages,
  ...reactions,
  ...history,
  ...receipts,
  ...conversations,
  ...groups,
  ...members,
  ...people,
  ...profiles,
  ...blocks,
  ...mutes,
  ...devices,
  ...pushConfig,
]

/** The entities that a node holds. */
import type { Limits } from "@parley/domain/limits"
import { layer as conversationEntity } from "@parley/runtime/conversation/conversationEntity"
import { layer as userEntity } from "@parley/runtime/user/userEntity"
import * as Layer from "effect/Layer"

/** How long an entity stays awake after its last request. */
const maxIdleTime = "2 minutes"

export const entities = (limits: Limits) =>
  Layer.mergeAll(conversationEntity({ limits, maxIdleTime }), userEntity({ maxIdleTime }))

/** What a user's entity can be asked over the cluster. The entity id is the user id. */
import { Rejection } from "@parley/domain/Rejection"
import * as Schema from "effect/Schema"
import * as Entity from "effect/cluster/Entity"
import * as Rpc from "effect/rpc/Rpc"
import { Origin } from "../conversation/protocol.ts"
import { Unavailable } from "../errors.ts"

export interface UserRequest {
  readonly _tag: "Register"
  readonly origin: typeof Origin.Type
  readonly name?: string
}

const Request = Schema.TaggedStruct("Register", { origin: Origin, name: Schema.optionalKey(Schema.String) })

const Reply = Schema.Union([
  Schema.TaggedStruct("Answered", {
    answer: Schema.TaggedStruct("Registered", { created: Schema.Boolean }),
  }),
  Schema.TaggedStruct("Rejected", { rejection: Rejection }),
])

export const UserEntity = Entity.make("User", [
  Rpc.make("Ask", { payload: Request, success: Reply, error: Unavailable }),
])

export const userStream = (id: string): string => `user-${id}`

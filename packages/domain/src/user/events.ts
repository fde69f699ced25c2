/** The facts of a user, in the order of his stream. Always true: a stable name and a version stand on disk (see `codec.ts`). */
import * as Schema from "effect/Schema"
import { Sealed } from "../Sealed.ts"
import { UserId } from "../ids.ts"
import { Timestamp } from "../Timestamp.ts"

/** This person has been seen for the first time. `name_mac` lets a repeat be recognised without opening `name`. */
export const UserRegistered = Schema.TaggedStruct("UserRegistered", {
  ts: Timestamp,
  user_id: UserId,
  name: Schema.optionalKey(Sealed),
  name_mac: Schema.optionalKey(Schema.String),
})
export type UserRegistered = typeof UserRegistered.Type

/** The person goes by another name from now on. Names in past messages are not affected: messages carry none. */
export const UserRenamed = Schema.TaggedStruct("UserRenamed", {
  ts: Timestamp,
  user_id: UserId,
  name: Sealed,
  name_mac: Schema.String,
})
export type UserRenamed = typeof UserRenamed.Type

export const UserEvent = Schema.Union([UserRegistered, UserRenamed])
export type UserEvent = typeof UserEvent.Type

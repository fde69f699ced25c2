/** Parameters that several routes take. */
import { ConversationId, DeviceId, MessageId, UserId } from "@parley/domain/ids"
import { Seq } from "@parley/domain/wire/conversation"
import * as Schema from "effect/Schema"
import * as example from "./exampleIds.ts"
import type { Parameter } from "./RouteDescription.ts"

export const conversationParam: Parameter = {
  about: "The conversation.",
  schema: ConversationId,
  example: example.conversation,
}

export const groupParam: Parameter = {
  about: "The group.",
  schema: ConversationId,
  example: example.conversation,
}

export const messageParam: Parameter = {
  about: "The message.",
  schema: MessageId,
  example: example.message,
}

export const userParam: Parameter = { about: "The person.", schema: UserId, example: example.ben }

export const deviceParam: Parameter = { about: "The device.", schema: DeviceId, example: example.device }

export const limit: Parameter = {
  about: "How many at most: 1 to 200, above 200 is 200.",
  schema: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  example: 50,
}

export const cursor: Parameter = {
  about: "The `next_cursor` of the page before.",
  schema: Schema.String,
}

export const seq = (about: string): Parameter => ({ about, schema: Seq, example: 42 })

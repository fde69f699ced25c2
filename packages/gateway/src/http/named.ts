/** What a request's path names: malformed ids name nothing that exists. */
import { ConversationId, DeviceId, MessageId, UserId } from "@parley/domain/ids"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Refused, refuse } from "../problems.ts"
import type { Call } from "./Call.ts"

export const noConversation = (): Refused => refuse("not_found", "There is no such conversation.")

export const noMessage = (): Refused => refuse("not_found", "There is no such message.")

export const noMember = (): Refused => refuse("not_found", "There is no such member.")

export const noPerson = (): Refused => refuse("not_found", "There is no such person.")

export const noDevice = (): Refused => refuse("not_found", "There is no such device.")

const param =
  (name: string, schema: Schema.Codec<string>, absent: () => Refused) =>
  (call: Call): Effect.Effect<string, Refused> => {
    const given = call.params[name]
    return given !== undefined && Schema.is(schema)(given) ? Effect.succeed(given) : Effect.fail(absent())
  }

export const conversationOf = param("id", ConversationId, noConversation)
export const messageOf = param("message_id", MessageId, noMessage)
export const memberOf = param("user_id", UserId, noMember)
export const personOf = param("user_id", UserId, noPerson)
export const deviceOf = param("device_id", DeviceId, noDevice)

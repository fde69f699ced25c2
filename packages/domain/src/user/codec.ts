/** The events of a user as they stand on disk. Names and versions are a storage format: see `StoredEvent.ts`. */
import { eventCodec } from "../eventCodec.ts"
import { UserEvent } from "./events.ts"

const codec = eventCodec<UserEvent>(UserEvent, {
  UserRegistered: {
    type: "UserRegistered",
    version: 1,
    fields: ["ts", "user_id", "name", "name_mac"],
  },
  UserRenamed: {
    type: "UserRenamed",
    version: 1,
    fields: ["ts", "user_id", "name", "name_mac"],
  },
})

export const encodeUserEvent = codec.encode
export const decodeUserEvent = codec.decode

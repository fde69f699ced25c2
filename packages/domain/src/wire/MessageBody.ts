/** What a message says, as clients send it (protocol, section 4: `message.send`) and as `message.new` repeats it. */
import * as Schema from "effect/Schema"
import { MediaId, MessageId } from "../ids.ts"

export const MessageBody = Schema.Struct({
  text: Schema.optionalKey(Schema.String),
  media: Schema.optionalKey(Schema.Array(MediaId)),
  reply_to_message_id: Schema.optionalKey(MessageId),
  thread_root_id: Schema.optionalKey(MessageId),
  ciphertext: Schema.optionalKey(Schema.String),
  metadata: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)),
})
export type MessageBody = typeof MessageBody.Type

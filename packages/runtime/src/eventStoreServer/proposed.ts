/** Events and expected revisions as `Append` and `BatchAppend` carry them. */
import type * as Shared from "@eventstore/db-client/generated/shared_pb.js"
import { type Expected, invalid } from "./failures.ts"
import type { ForeignEvent } from "./foreignEvents.ts"
import { eventIdOf, numberOf } from "./wireNames.ts"

const maxTypeChars = 1_024

interface Proposed {
  getId(): Shared.UUID | undefined
  getMetadataMap(): { get(key: string): string | undefined }
  getCustomMetadata_asU8(): Uint8Array
  getData_asU8(): Uint8Array
}

/** Throws `CallRefused`. */
export const proposedEvent = (message: Proposed): ForeignEvent => {
  const properties = message.getMetadataMap()
  const type = properties.get("type") ?? ""
  if (type === "" || type.length > maxTypeChars)
    throw invalid(`an event's type has 1 to ${maxTypeChars} characters`)
  return {
    id: eventIdOf(message.getId()),
    type,
    json: properties.get("content-type") === "application/json",
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  }
}

interface Expecting {
  hasNoStream(): boolean
  hasAny(): boolean
  hasStreamExists(): boolean
}

/** `revision` is `undefined` where the message has none. Throws `CallRefused` where nothing is said. */
export const expectedOf = (options: Expecting, revision: string | undefined): Expected => {
  if (revision !== undefined) return numberOf(revision)
  if (options.hasNoStream()) return "no_stream"
  if (options.hasAny()) return "any"
  if (options.hasStreamExists()) return "stream_exists"
  throw invalid("the expected revision is missing")
}

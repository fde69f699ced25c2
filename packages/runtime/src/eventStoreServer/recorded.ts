/** Stored events as `Streams.Read` and persistent subscriptions show them. */
import type { RecordedEvent } from "../EventStore.ts"
import { foreignEvent } from "./foreignEvents.ts"
import { persistent, streams } from "./generated.ts"
import type { MetadataEvent } from "./metastreams.ts"
import { identifierOf, setPosition, uuidOf } from "./wireNames.ts"

/** .NET's ticks since 1970, as the clients divide them. */
const ticksPerMillisecond = 10_000n

type Shown = Omit<MetadataEvent, "id"> & { readonly id: string; readonly stream: string }

const fill = <
  Message extends
    | InstanceType<typeof streams.ReadResp.ReadEvent.RecordedEvent>
    | InstanceType<typeof persistent.ReadResp.ReadEvent.RecordedEvent>,
>(
  message: Message,
  event: Shown,
  structured: boolean,
): Message => {
  message.setId(uuidOf(event.id, structured))
  message.setStreamIdentifier(identifierOf(event.stream))
  message.setStreamRevision(String(event.revision))
  setPosition(message, event.position)
  const properties = message.getMetadataMap()
  properties.set("type", event.type)
  properties.set("content-type", event.json ? "application/json" : "application/octet-stream")
  properties.set("created", String(BigInt(event.created) * ticksPerMillisecond))
  message.setCustomMetadata(event.metadata)
  message.setData(event.data)
  return message
}

const shown = (event: RecordedEvent): Shown => ({ ...event, ...foreignEvent(event) })

const readEvent = (event: Shown, structured: boolean) =>
  new streams.ReadResp().setEvent(
    new streams.ReadResp.ReadEvent()
      .setEvent(fill(new streams.ReadResp.ReadEvent.RecordedEvent(), event, structured))
      .setCommitPosition(String(event.position)),
  )

/** `structured`: with its id as two numbers instead of text. */
export const readEventOf = (event: RecordedEvent, structured: boolean) => readEvent(shown(event), structured)

export const readMetadataOf = (metastream: string, event: MetadataEvent, structured: boolean) =>
  readEvent({ ...event, stream: metastream }, structured)

/** @param retries how often it was handed over before. */
export const persistentEventOf = (event: RecordedEvent, retries: number, structured: boolean) =>
  new persistent.ReadResp().setEvent(
    new persistent.ReadResp.ReadEvent()
      .setEvent(fill(new persistent.ReadResp.ReadEvent.RecordedEvent(), shown(event), structured))
      .setCommitPosition(String(event.position))
      .setRetryCount(retries),
  )

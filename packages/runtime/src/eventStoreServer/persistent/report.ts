/** What `GetInfo` and `List` say about a group. Counts are of this run of the server. */
import type * as Persistent from "@eventstore/db-client/generated/persistent_pb.js"
import { persistent } from "../generated.ts"
import type { Consumer } from "./Consumers.ts"
import { allSource, type Definition } from "./definition.ts"
import type { Group } from "./Group.ts"

/** As EventStoreDB writes a revision or a position. */
const placeText = (source: string, place: number): string =>
  source === allSource ? `C:${place}/P:${place}` : String(place)

const known = (source: string, place: number | undefined): string =>
  place === undefined || place < 0 ? "" : placeText(source, place)

const startText = ({ source, startFrom }: Definition): string =>
  placeText(source, startFrom === "start" ? 0 : startFrom === "end" ? -1 : startFrom)

const connectionOf = (consumer: Consumer): Persistent.SubscriptionInfo.ConnectionInfo =>
  new persistent.SubscriptionInfo.ConnectionInfo()
    .setFrom(consumer.from)
    .setUsername(consumer.user)
    .setConnectionName(consumer.connection)
    .setTotalItems(String(consumer.total))
    .setCountSinceLastMeasurement("0")
    .setAvailableSlots(consumer.slots - consumer.inHand)
    .setInFlightMessages(consumer.inHand)

export const reportOf = (group: Group): Persistent.SubscriptionInfo => {
  const { definition, state, consumers } = group
  const { source, settings } = definition
  return new persistent.SubscriptionInfo()
    .setEventSource(source)
    .setGroupName(definition.group)
    .setStatus("Live")
    .setConnectionsList(consumers.all.map(connectionOf))
    .setTotalItems(String(state.total))
    .setCountSinceLastMeasurement("0")
    .setLastCheckpointedEventPosition(known(source, state.checkpoint))
    .setLastKnownEventPosition(known(source, state.read))
    .setResolveLinkTos(settings.resolveLinks)
    .setExtraStatistics(settings.extraStatistics)
    .setStartFrom(startText(definition))
    .setMessageTimeoutMilliseconds(settings.messageTimeoutMs)
    .setMaxRetryCount(settings.maxRetries)
    .setLiveBufferSize(settings.liveBufferSize)
    .setBufferSize(settings.historyBufferSize)
    .setReadBatchSize(settings.readBatchSize)
    .setCheckPointAfterMilliseconds(settings.checkpointAfterMs)
    .setMinCheckPointCount(settings.minCheckpointCount)
    .setMaxCheckPointCount(settings.maxCheckpointCount)
    .setMaxSubscriberCount(settings.maxSubscribers)
    .setNamedConsumerStrategy(settings.strategy)
    .setReadBufferCount(state.waiting)
    .setLiveBufferCount("0")
    .setRetryBufferCount(state.again)
    .setTotalInFlightMessages(state.inHand)
    .setOutstandingMessagesCount(state.unsettled)
    .setParkedMessageCount(String(group.parked.count))
}

/** What a persistent subscription is: its source, its group's name, its settings; as clients send it and as it is kept. */
import type * as Persistent from "@eventstore/db-client/generated/persistent_pb.js"
import { type FilterWanted, filterWanted } from "../eventFilter.ts"
import { invalid } from "../failures.ts"
import { numberOf, streamNameOf } from "../wireNames.ts"

/** A stream's name; `$all` is that of the log. */
export type Source = string
export const allSource = "$all"

export type Strategy = "DispatchToSingle" | "RoundRobin" | "Pinned"
const strategies: ReadonlyArray<Strategy> = ["DispatchToSingle", "RoundRobin", "Pinned"]

export interface Settings {
  readonly resolveLinks: boolean
  readonly extraStatistics: boolean
  /** An event that is neither acknowledged nor refused so long is handed over again. */
  readonly messageTimeoutMs: number
  /** Beyond so many it is parked. */
  readonly maxRetries: number
  readonly checkpointAfterMs: number
  readonly minCheckpointCount: number
  readonly maxCheckpointCount: number
  /** 0: as many as come. */
  readonly maxSubscribers: number
  readonly liveBufferSize: number
  readonly readBatchSize: number
  readonly historyBufferSize: number
  readonly strategy: Strategy
}

export interface Definition {
  /** Random; names what is kept of it, so that a group made again under its name starts anew. */
  readonly id: string
  readonly source: Source
  readonly group: string
  readonly settings: Settings
  /** As the client said it. A revision or position is the first to hand over. */
  readonly startFrom: "start" | "end" | number
  /** What `startFrom` was when the group was made: everything after it is handed over. -1: everything. */
  readonly after: number
  readonly filter?: FilterWanted
}

/** What a client says about a group. */
export type Wanted = Omit<Definition, "id" | "after">

const maxGroupChars = 256
/** Of `int32` fields that a client may set to anything. */
const between = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)
const maxBuffer = 5_000
const day = 86_400_000

export const groupNameOf = (name: string): string => {
  if (name === "" || name.length > maxGroupChars)
    throw invalid(`a group's name has 1 to ${maxGroupChars} characters`)
  return name
}

const milliseconds = (has: boolean, ms: number, ticks: string): number =>
  between(has ? ms : Number(ticks) / 10_000, 1, day)

type AnySettings = Persistent.CreateReq.Settings | Persistent.UpdateReq.Settings

const settingsOf = (settings: AnySettings): Settings => {
  const named = "getConsumerStrategy" in settings ? settings.getConsumerStrategy() : ""
  const buffer = (size: number): number => between(size, 1, maxBuffer)
  return {
    resolveLinks: settings.getResolveLinks(),
    extraStatistics: settings.getExtraStatistics(),
    messageTimeoutMs: milliseconds(
      settings.hasMessageTimeoutMs(),
      settings.getMessageTimeoutMs(),
      settings.getMessageTimeoutTicks(),
    ),
    maxRetries: between(settings.getMaxRetryCount(), 0, 1_000_000),
    checkpointAfterMs: milliseconds(
      settings.hasCheckpointAfterMs(),
      settings.getCheckpointAfterMs(),
      settings.getCheckpointAfterTicks(),
    ),
    minCheckpointCount: between(settings.getMinCheckpointCount(), 1, maxBuffer),
    maxCheckpointCount: between(settings.getMaxCheckpointCount(), 1, maxBuffer),
    maxSubscribers: between(settings.getMaxSubscriberCount(), 0, 1_000),
    liveBufferSize: buffer(settings.getLiveBufferSize()),
    readBatchSize: buffer(settings.getReadBatchSize()),
    historyBufferSize: buffer(settings.getHistoryBufferSize()),
    strategy:
      strategies.find((one) => one === named) ??
      strategies[settings.getNamedConsumerStrategy()] ??
      "RoundRobin",
  }
}

/** Unsigned 64 bits: the largest ones stand for the end. */
const startOf = (text: string): Definition["startFrom"] => {
  const from = numberOf(text)
  if (from === 0) return "start"
  return from === Number.MAX_SAFE_INTEGER ? "end" : from
}

type AnyOptions = Persistent.CreateReq.Options | Persistent.UpdateReq.Options

const placed = (
  options: AnyOptions,
  settings: AnySettings,
): Pick<Wanted, "source" | "startFrom" | "filter"> => {
  const all = options.getAll()
  if (all !== undefined) {
    const position = all.getPosition()
    const filter = "getFilter" in all ? all.getFilter() : undefined
    return {
      source: allSource,
      startFrom: all.hasEnd()
        ? "end"
        : position === undefined
          ? "start"
          : startOf(position.getCommitPosition()),
      ...(filter === undefined ? {} : { filter: filterWanted(filter) }),
    }
  }
  const stream = options.getStream()
  if (stream === undefined)
    // As before 21.10, and as the official client still does for streams.
    return { source: streamNameOf(options.getStreamIdentifier()), startFrom: startOf(settings.getRevision()) }
  return {
    source: streamNameOf(stream.getStreamIdentifier()),
    startFrom: stream.hasRevision() ? startOf(stream.getRevision()) : stream.hasEnd() ? "end" : "start",
  }
}

/** Throws `CallRefused`. */
export const wantedOf = (options: AnyOptions | undefined): Wanted => {
  const settings = options?.getSettings()
  if (options === undefined || settings === undefined) throw invalid("a group has settings")
  return {
    group: groupNameOf(options.getGroupName()),
    settings: settingsOf(settings),
    ...placed(options, settings),
  }
}

interface Named {
  hasAll(): boolean
  getStreamIdentifier(): Parameters<typeof streamNameOf>[0]
  getGroupName(): string
}

/** Which group a call is about. Throws `CallRefused`. */
export const groupOf = (options: Named | undefined): { source: Source; group: string } => {
  if (options === undefined) throw invalid("the call names a group")
  return {
    source: options.hasAll() ? allSource : streamNameOf(options.getStreamIdentifier()),
    group: groupNameOf(options.getGroupName()),
  }
}

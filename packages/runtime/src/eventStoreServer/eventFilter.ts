/**
 * A client's filter of `$all`: prefixes or a regular expression, over stream names or event types.
 *
 * Always true: an expression that takes too long ends its call and not the server: expressions run under a time limit. JavaScript's
 * dialect, not .NET's.
 */
import vm from "node:vm"
import * as grpc from "@grpc/grpc-js"
import type { RecordedEvent } from "../EventStore.ts"
import { CallRefused, invalid } from "./failures.ts"

export interface EventFilter {
  /** What the store can look for itself; empty: everything. */
  readonly prefixes: ReadonlyArray<string>
  /** Those of a page that the client asked for. Throws `CallRefused` when that takes too long. */
  readonly of: (events: ReadonlyArray<RecordedEvent>) => ReadonlyArray<RecordedEvent>
  /** A checkpoint is due after so many events of the log have been looked at. */
  readonly checkpointInterval: number
}

interface Expression {
  getRegex(): string
  getPrefixList(): Array<string>
}

interface FilterOptions {
  getStreamIdentifier(): Expression | undefined
  getEventType(): Expression | undefined
  hasMax(): boolean
  getMax(): number
  getCheckpointintervalmultiplier(): number
}

const maxRegexChars = 1_024
const maxPrefixes = 100
const maxMillisecondsAPage = 200
/** What EventStoreDB looks through when the client names no window. */
const defaultWindow = 32

const noFilter: EventFilter = {
  prefixes: [],
  of: (events) => events,
  checkpointInterval: Infinity,
}

type Pick = (event: RecordedEvent) => string
const byStream: Pick = ({ stream }) => stream
const byType: Pick = ({ type }) => type

const matching = (source: string, pick: Pick): EventFilter["of"] => {
  if (source.length > maxRegexChars)
    throw invalid(`a filter's expression has at most ${maxRegexChars} characters`)
  const context = vm.createContext(Object.create(null))
  let script: vm.Script
  try {
    vm.runInContext(`"use strict"; var pattern = new RegExp(${JSON.stringify(source)}, "u")`, context)
    script = new vm.Script(`JSON.parse(texts).map((text) => pattern.test(text))`)
  } catch {
    throw invalid("the filter's expression cannot be read")
  }
  return (events) => {
    context["texts"] = JSON.stringify(events.map(pick))
    try {
      const verdicts = script.runInContext(context, {
        timeout: maxMillisecondsAPage,
      }) as ReadonlyArray<boolean>
      return events.filter((_, i) => verdicts[i])
    } catch {
      throw new CallRefused({
        code: grpc.status.RESOURCE_EXHAUSTED,
        details: `the filter's expression took longer than ${maxMillisecondsAPage} ms over a page of events`,
      })
    }
  }
}

/** What a client asked for, as plain data that can be kept. */
export interface FilterWanted {
  readonly by: "stream" | "type"
  /** Empty: the prefixes count. */
  readonly regex: string
  readonly prefixes: ReadonlyArray<string>
  readonly checkpointInterval: number
}

/** Throws `CallRefused`. */
export const filterWanted = (options: FilterOptions): FilterWanted => {
  const window = options.hasMax() ? Math.max(options.getMax(), 1) : defaultWindow
  const checkpointInterval = window * Math.max(options.getCheckpointintervalmultiplier(), 1)
  const byName = options.getStreamIdentifier()
  const expression = byName ?? options.getEventType()
  if (expression === undefined) throw invalid("a filter looks at stream names or event types")
  const [regex, prefixes] = [expression.getRegex(), expression.getPrefixList()]
  if (prefixes.length > maxPrefixes) throw invalid(`a filter has at most ${maxPrefixes} prefixes`)
  return { by: byName === undefined ? "type" : "stream", regex, prefixes, checkpointInterval }
}

/** Throws `CallRefused`. */
export const eventFilterOf = (wanted: FilterWanted | undefined): EventFilter => {
  if (wanted === undefined) return noFilter
  const { by, regex, prefixes, checkpointInterval } = wanted
  if (regex !== "")
    return { prefixes: [], of: matching(regex, by === "stream" ? byStream : byType), checkpointInterval }
  if (by === "stream") return { prefixes, of: (events) => events, checkpointInterval }
  return {
    prefixes: [],
    of: (events) => events.filter((event) => prefixes.some((prefix) => event.type.startsWith(prefix))),
    checkpointInterval,
  }
}

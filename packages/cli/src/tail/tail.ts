/**
 * Shows a stretch of the log, and goes on with it if asked to.
 *
 * Always true: opens files for reading only. What it cannot open is shown as that; nothing that stands in the log ends it.
 */
import { existsSync } from "node:fs"
import type { KeyObject } from "node:crypto"
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { readMasterKey } from "@parley/runtime/keyVault/masterKey"
import { applicationIds, sqliteHeader } from "@parley/runtime/sqliteHeader"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { CommandFailed, said } from "../CommandFailed.ts"
import { note, print, printJson } from "../output.ts"
import { type Settings, settings } from "../settings.ts"
import { conversationPrefix, describe, peopleIn } from "./describe.ts"
import { LogTail } from "./LogTail.ts"
import { openerFor } from "./Opener.ts"
import { forPeople, forPrograms } from "./render.ts"
import { Titles } from "./Titles.ts"

export interface TailOptions {
  readonly conversation: string | undefined
  readonly from: number | undefined
  readonly limit: number | undefined
  readonly follow: boolean
  readonly dataDir: Option.Option<string>
  readonly json: boolean
}

const newest = 20
/** How often it looks for more. */
const lookEvery = "200 millis"

const masterOf = Effect.fnUntraced(function* ({ masterKey, keys }: Settings) {
  const reason = existsSync(keys) ? `there is no ${masterKey}` : `there is no ${keys}`
  const master = existsSync(keys)
    ? yield* readMasterKey(masterKey).pipe(Effect.catch((failure) => Effect.sync(() => note(failure.reason))))
    : undefined
  if (master === undefined) note(`Message texts stay sealed: ${reason} that can be read.`)
  return master as KeyObject | undefined
})

const open = ({ log, dataDir }: Settings, conversation: string | undefined) =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      if (!existsSync(log))
        return yield* new CommandFailed({
          reason: `there is no log in ${dataDir}.`,
          remedy: "Name the data directory with --data-dir or PARLEY_DATA_DIR.",
        })
      return yield* Effect.try({
        try: () => {
          if (sqliteHeader(log)?.applicationId !== applicationIds.log)
            throw new Error("it is no log of Parley")
          const opened = new LogTail(
            log,
            conversation === undefined ? undefined : conversationPrefix + conversation,
          )
          if (opened.exists()) return opened
          opened.close()
          throw new CommandFailed({ reason: `there is no conversation ${conversation}.` })
        },
        catch: (cause) =>
          cause instanceof CommandFailed
            ? cause
            : new CommandFailed({ reason: `${log} cannot be read: ${said(cause)}.` }),
      })
    }),
    (opened) => Effect.sync(() => opened.close()),
  )

/** @returns what prints a stretch. */
const printer = (options: TailOptions, { keys }: Settings, master: KeyObject | undefined, log: LogTail) => {
  const titles = options.conversation === undefined ? new Titles(log.first) : undefined
  return (events: ReadonlyArray<RecordedEvent>): void => {
    const needed = new Set([...peopleIn(events), ...(titles?.learn(events) ?? [])])
    const opener = openerFor(keys, master, needed)
    for (const recorded of events) {
      const line = describe(recorded, opener)
      if (options.json) printJson(forPrograms(line, recorded))
      else if (titles === undefined) print(forPeople(line, `#${recorded.revision}`, undefined))
      else {
        const title = line.conversation === undefined ? undefined : titles.of(line.conversation, opener)
        print(forPeople(line, `@${recorded.position}`, title))
      }
    }
  }
}

export const tail = (options: TailOptions): Effect.Effect<void, CommandFailed> =>
  Effect.gen(function* () {
    const known = yield* settings(options.dataDir)
    const log = yield* open(known, options.conversation)
    const show = printer(options, known, yield* masterOf(known), log)
    if (options.from === undefined) log.startBeforeEnd(options.limit ?? newest)
    else log.startAt(options.from)
    // `-n 5 --follow` is the last five and all that follows.
    const most = options.limit ?? (options.from === undefined ? newest : Infinity)
    let left = options.follow && options.from === undefined ? Infinity : most
    while (left > 0) {
      const events = yield* Effect.try({
        try: () => {
          const found = log.next(left)
          show(found)
          return found
        },
        catch: (cause) => new CommandFailed({ reason: `the log cannot be read any more: ${said(cause)}.` }),
      })
      left -= events.length
      if (events.length > 0) yield* Effect.yieldNow
      else if (options.follow) yield* Effect.sleep(lookEvery)
      else return undefined
    }
    return undefined
  }).pipe(Effect.scoped)

/**
 * What the history model answers, each from one snapshot.
 *
 * Always true: plain rows in, plain rows out; nothing is opened here.
 */
import type { DatabaseSync } from "node:sqlite"
import type { ByActivity, Page } from "../History.ts"
import type { Stretch } from "../ReceiptReads.ts"
import { ActivityQueries } from "./ActivityQueries.ts"
import { companionQuery, companionsAmongQuery } from "./companions.ts"
import { ConversationFinder, viewOf } from "./ConversationFinder.ts"
import { MarkerQueries } from "./MarkerQueries.ts"
import { MessageQueries } from "./MessageQueries.ts"
import { prepareAll } from "./prepareAll.ts"
import { StretchQueries } from "./StretchQueries.ts"

export class HistoryQueries {
  readonly #snapshot
  readonly #finder
  readonly #messages
  readonly #markers
  readonly #activity
  readonly #stretches
  readonly #companions
  readonly #companionsAmong

  constructor(database: DatabaseSync) {
    this.#snapshot = prepareAll(database, { begin: "BEGIN", commit: "COMMIT" })
    this.#finder = new ConversationFinder(database)
    this.#messages = new MessageQueries(database, this.#finder)
    this.#markers = new MarkerQueries(database, this.#finder)
    this.#activity = new ActivityQueries(database, this.#finder, this.#messages)
    this.#stretches = new StretchQueries(database)
    this.#companions = companionQuery(database)
    this.#companionsAmong = companionsAmongQuery(database)
  }

  answer(method: string, args: ReadonlyArray<unknown>): unknown {
    // Queries and batches share the connection and never overlap; the transaction makes several statements one snapshot
    // should another process write to the file.
    this.#snapshot.begin.run()
    try {
      return this.#answer(method, args)
    } finally {
      this.#snapshot.commit.run()
    }
  }

  /** As `History` sends them. */
  #answer(method: string, args: ReadonlyArray<unknown>): unknown {
    switch (method) {
      case "view": {
        const found = this.#finder.find(...(args as [string, string]))
        return found === undefined ? undefined : viewOf(found)
      }
      case "page":
        return this.#messages.page(...(args as [string, string, Page]))
      case "thread":
        return this.#messages.thread(...(args as [string, string, string, Page]))
      case "roster":
        return this.#roster(...(args as [string, string, string | undefined, number]))
      case "byActivity":
        return this.#activity.byActivity(...(args as [string, ByActivity]))
      case "markers":
        return this.#markers.markers(...(args as [string, ReadonlyArray<readonly [string, number]>]))
      case "covered":
        return (args as [ReadonlyArray<Stretch>])[0].map((stretch) => this.#stretches.covered(stretch))
      case "membersAmong":
        return this.#finder.among(...(args as [string, ReadonlyArray<string>]))
      case "companions":
        return this.#companions(...(args as [string, string, number]))
      case "companionsAmong":
        return this.#companionsAmong(...(args as [string, ReadonlyArray<string>]))
      case "sample":
        return this.#stretches.sample(...(args as [readonly [number, number]]))
      default:
        throw new Error(`the history model has no query ${method}`)
    }
  }

  #roster(name: string, user: string, after: string | undefined, limit: number): unknown {
    const found = this.#finder.find(name, user)
    if (found === undefined) return undefined
    return { ...viewOf(found), members: this.#finder.roster(found.id, after, limit) }
  }
}

/**
 * Finding people by id or name, among everybody or among those whom the reader shares a conversation with.
 *
 * Always true: as of the request's arrival. By user id. Names are opened for the moment of the comparison and kept nowhere; who has been
 * erased is found by his id alone. Blocks change nothing here: they must not be found out, and be taken back by who made them.
 */
import { namePlace } from "@parley/domain/user/places"
import * as Effect from "effect/Effect"
import { EventStore } from "@parley/runtime/EventStore"
import { Unavailable } from "@parley/runtime/errors"
import { KeyVault } from "@parley/runtime/KeyVault"
import { open } from "@parley/runtime/Sealer"
import { Directory, type PersonRow } from "./Directory.ts"
import { History } from "./History.ts"
import { modelsAtHead } from "./modelsAtHead.ts"
import { matcherOf } from "./personMatches.ts"

/** `name`: opened; absent when none was given, or the person has been erased. */
export interface Person {
  readonly user: string
  readonly name?: string
  readonly avatarMediaId?: string
}

export interface PeopleSearch {
  readonly query: string
  /** Only ids after this one; empty: from the start. */
  readonly after: string
  /** 1 or more. */
  readonly limit: number
  /** Who may be found: everybody ever seen, or only companions. */
  readonly among: "everybody" | "companions"
}

/** `next`: where the next page begins, absent after the last one. A page may be short, even empty, and not the last. */
export interface PeoplePage {
  readonly people: ReadonlyArray<Person>
  readonly next?: string
}

/** Looked at in one step, and in one search: opening a name takes some microseconds of everybody's time. */
const stepSize = 500
const mostExamined = 5_000

export const searchPeople = Effect.fn("searchPeople")(function* (
  reader: string,
  search: PeopleSearch,
): Effect.fn.Return<PeoplePage, Unavailable, Directory | EventStore | History | KeyVault> {
  const [directory, history, store] = [yield* Directory, yield* History, yield* EventStore]
  yield* modelsAtHead(store, search.among === "everybody" ? [directory] : [directory, history])
  const matches = matcherOf(search.query)
  const people: Array<Person> = []
  let after = search.after
  for (let examined = 0; examined < mostExamined; examined += stepSize) {
    const ids = search.among === "everybody" ? undefined : yield* history.companions(reader, after, stepSize)
    const rows = yield* ids === undefined ? directory.people(after, stepSize) : directory.among(ids)
    for (const person of yield* opened(rows)) {
      if (!matches(person.user, person.name)) continue
      if (people.length === search.limit) return { people, next: people.at(-1)!.user }
      people.push(person)
    }
    const last = ids === undefined ? rows.at(-1)?.user : ids.at(-1)
    if (last === undefined || (ids ?? rows).length < stepSize) return { people }
    after = last
  }
  return { people, next: after }
})

/** One look into the vault for all of them. */
const opened = Effect.fnUntraced(function* (
  rows: ReadonlyArray<PersonRow>,
): Effect.fn.Return<ReadonlyArray<Person>, Unavailable, KeyVault> {
  const vault = yield* KeyVault
  const owners = new Set(rows.flatMap(({ name }) => (name === undefined ? [] : [name.owner])))
  const keys =
    owners.size === 0
      ? undefined
      : yield* vault.existing([...owners]).pipe(Effect.mapError(({ reason }) => new Unavailable({ reason })))
  return rows.map(({ user, name: sealed, avatarMediaId }) => {
    const key = sealed === undefined ? undefined : keys?.get(sealed.owner)
    const name = key === undefined ? undefined : open(key, namePlace(user), sealed!)
    return {
      user,
      ...(name === undefined ? undefined : { name }),
      ...(avatarMediaId === undefined ? undefined : { avatarMediaId }),
    }
  })
})

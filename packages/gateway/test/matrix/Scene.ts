/**
 * A conversation with everybody in it whom the matrix asks about, and with something of everybody's in it.
 *
 * Always true: each scene has people of its own, so that nothing done in one is seen in another.
 */
import { PostMessageAnswer } from "@parley/domain/wire/http"
import { Person, read } from "../http/Person.ts"
import type { TestApp } from "../http/TestApp.ts"
import type { Place, Standing } from "./table.ts"

export interface Scene {
  readonly conversation: string
  /** Absent for `anonymous`. */
  readonly person: (who: Standing) => Person | undefined
  /** What he said; for who said nothing, what the bystander said. */
  readonly messageOf: (who: Standing) => string
  /** Of somebody who does nothing. */
  readonly message: string
  /** A member and an admin who do nothing. */
  readonly bystander: string
  readonly otherAdmin: string
}

export const emoji = "👍"
const nowhere = `cnv_${"0".repeat(26)}`
const nothing = `msg_${"0".repeat(26)}`
const members = ["owner", "admin", "member", "reader", "blocked", "ex-member"] as const
let scenes = 0

const ok = (status: number, what: string): void => {
  if (status < 200 || status > 299) throw new Error(`the scene could not be set: ${what} ${status}`)
}

/** @param only whom the scene is for; else everybody. */
export const setScene = async (app: TestApp, place: Place, only?: Standing): Promise<Scene> => {
  scenes += 1
  const cast = new Cast(app, `-${scenes}`)
  if (place === "live group" || place === "archived group")
    return group(cast, place === "archived group", only)
  if (place === "direct") throw new Error("a direct conversation needs to know of whom: setDirect")
  await cast.enter([...members, "stranger", "partner", "blocker"])
  return cast.scene(nowhere, nothing)
}

export const setDirect = async (app: TestApp, who: Standing): Promise<Scene> => {
  scenes += 1
  const cast = new Cast(app, `-${scenes}`)
  await cast.enter([who, "stranger", "bystander"])
  const partner = cast.get("bystander")
  if (who === "stranger" || who === "anonymous") {
    const others = await partner.with("nobody")
    return cast.scene(others, await cast.say(partner, others))
  }
  const actor = cast.get(who)
  const id = await actor.with(partner.id)
  const message = await cast.say(partner, id)
  cast.said.set(who, await cast.say(actor, id))
  ok((await actor.put(reaction(id, message))).status, "reaction")
  if (who === "blocked") ok((await partner.put(`/v1/users/me/blocks/${actor.id}`)).status, "block")
  if (who === "blocker") ok((await actor.put(`/v1/users/me/blocks/${partner.id}`)).status, "block")
  return cast.scene(id, message)
}

const reaction = (conversation: string, message: string): string =>
  `/v1/conversations/${conversation}/messages/${message}/reactions/${encodeURIComponent(emoji)}`

const group = async (cast: Cast, archived: boolean, only?: Standing): Promise<Scene> => {
  const asked = (who: Standing): boolean => only === undefined || only === who
  await cast.enter([
    "owner",
    "bystander",
    ...members.filter(asked),
    ...(asked("stranger") ? ["stranger"] : []),
  ])
  const owner = cast.get("owner")
  const others = [...members.filter((who) => who !== "owner"), "bystander", "other-admin"]
  const id = await owner.group(others.map((who) => cast.id(who)))
  const message = await cast.say(cast.get("bystander"), id)
  await Promise.all(
    members.filter(asked).map(async (who) => {
      cast.said.set(who, await cast.say(cast.get(who), id))
      ok((await cast.get(who).put(reaction(id, message))).status, "reaction")
    }),
  )
  const role = async (who: string, to: string): Promise<void> =>
    ok((await owner.patch(`/v1/groups/${id}/members/${cast.id(who)}`, { role: to })).status, to)
  await role("other-admin", "admin")
  if (asked("admin")) await role("admin", "admin")
  if (asked("reader")) await role("reader", "reader")
  const remove = [cast.id("ex-member")]
  if (asked("ex-member")) ok((await owner.post(`/v1/groups/${id}/members`, { remove })).status, "remove")
  if (asked("blocked")) {
    ok((await owner.put(`/v1/users/me/blocks/${cast.id("blocked")}`)).status, "block")
    ok((await cast.get("blocked").put(`/v1/users/me/blocks/${owner.id}`)).status, "block")
  }
  if (archived) ok((await owner.delete(`/v1/groups/${id}`)).status, "archive")
  return cast.scene(id, message)
}

class Cast {
  readonly said = new Map<string, string>()
  readonly #app: TestApp
  readonly #suffix: string
  readonly #people = new Map<string, Person>()

  constructor(app: TestApp, suffix: string) {
    this.#app = app
    this.#suffix = suffix
  }

  async enter(people: ReadonlyArray<string>): Promise<void> {
    await Promise.all(
      people
        .filter((who) => who !== "anonymous" && !this.#people.has(who))
        .map(async (who) => this.#people.set(who, await Person.signIn(this.#app, this.id(who)))),
    )
  }

  id(who: string): string {
    return who + this.#suffix
  }

  get(who: string): Person {
    const person = this.#people.get(who)
    if (person === undefined) throw new Error(`nobody is ${who} in this scene`)
    return person
  }

  async say(person: Person, conversation: string): Promise<string> {
    const answered = await person.say(conversation, `of-${person.id}`, "something")
    return read(PostMessageAnswer, answered).message_id
  }

  scene(conversation: string, message: string): Scene {
    return {
      conversation,
      message,
      bystander: this.id("bystander"),
      otherAdmin: this.id("other-admin"),
      person: (who) => (who === "anonymous" ? undefined : this.get(who)),
      messageOf: (who) => this.said.get(who) ?? message,
    }
  }
}

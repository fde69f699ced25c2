import { Conversations, type ConversationReply } from "@parley/runtime/Conversations"
import { restrictNew, settleRestriction } from "@parley/runtime/user/settleRestriction"
import { Users } from "@parley/runtime/Users"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { expect, it } from "vitest"

type Name = "ann" | "bob"
const partnerOf = (name: string): string => (name === "ann" ? "bob" : "ann")
const answered: ConversationReply = { _tag: "Answered", answer: { _tag: "Created", created: true } }
const absent: ConversationReply = { _tag: "Rejected", rejection: { code: "not_found", detail: "nothing" } }

/**
 * Two people's blocks and the conversation between them, each durable by itself. Every look and every change takes a turn of its own,
 * and fast-check decides whose turn it is.
 */
class World {
  readonly blocking = new Set<string>()
  readonly restrictedBy = new Set<string>()
  created: boolean
  readonly #turn: () => Promise<void>

  constructor(scheduler: fc.Scheduler, created: boolean) {
    this.created = created
    this.#turn = () => scheduler.schedule(Promise.resolve())
  }

  #inTurn<A>(step: () => A): Effect.Effect<A> {
    return Effect.promise(async () => {
      await this.#turn()
      const result = step()
      // The answer takes its time, too.
      await this.#turn()
      return result
    })
  }

  #provide(effect: Effect.Effect<void, unknown, Conversations | Users>): Promise<void> {
    const users = Layer.mock(Users, {
      blocks: (user) => this.#inTurn(() => new Map(this.blocking.has(user) ? [[partnerOf(user), 1]] : [])),
    })
    const conversations = Layer.succeed(Conversations, {
      ask: (_, { _tag, origin: { actor } }) =>
        this.#inTurn(() => {
          if (!this.created) return absent
          if (_tag === "Restrict") this.restrictedBy.add(actor)
          if (_tag === "Lift") this.restrictedBy.delete(actor)
          return answered
        }),
    })
    return Effect.runPromise(Effect.provide(effect, Layer.merge(users, conversations)))
  }

  async change(name: Name, blocks: boolean): Promise<void> {
    await Effect.runPromise(
      this.#inTurn(() => (blocks ? this.blocking.add(name) : this.blocking.delete(name))),
    )
    await this.#provide(settleRestriction({ actor: name, correlation: "r" }, partnerOf(name)))
  }

  async create(name: Name): Promise<void> {
    await Effect.runPromise(this.#inTurn(() => (this.created = true)))
    await this.#provide(restrictNew({ actor: name, correlation: "r" }, partnerOf(name)))
  }
}

const action = fc.record({
  name: fc.constantFrom<Name>("ann", "ann", "bob"),
  what: fc.constantFrom("block", "unblock", "block", "unblock", "create"),
})

const actions = fc.array(action, { minLength: 2, maxLength: 6 })

it("whatever races, a conversation ends up restricted by exactly those whose block stands", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.boolean(), actions, async (s, created, asked) => {
      const world = new World(s, created)
      const all = asked.map(({ name, what }) =>
        what === "create" ? world.create(name) : world.change(name, what === "block"),
      )
      await s.waitFor(Promise.all(all))
      if (world.created) expect([...world.restrictedBy].sort()).toEqual([...world.blocking].sort())
      else expect(world.restrictedBy.size).toBe(0)
    }),
    { numRuns: 1_000 },
  )
})

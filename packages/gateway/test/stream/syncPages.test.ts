/** `GET /v1/sync`: what the stream's sync would send, page by page. */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { type SyncPage, syncPage } from "../../src/stream/syncPages.ts"
import { cnv } from "./TestLog.ts"
import { settle, storyOf, type Received } from "./TestWire.ts"
import { cursorNow, syncFrom } from "./online.ts"
import { seeded } from "./random.ts"
import { World } from "./World.ts"

const [A, B] = [cnv(1), cnv(2)]

const pageOf = async (
  world: World,
  user: string,
  cursor?: string,
): Promise<Extract<SyncPage, { _tag: "Page" }>> => {
  const page = await Effect.runPromise(syncPage(world.context, user, cursor))
  if (page._tag !== "Page") throw new Error(page._tag)
  return page
}

const framesOf = (page: { readonly frames: ReadonlyArray<string> }): ReadonlyArray<Received> =>
  page.frames.map((text) => JSON.parse(text) as Received)

/** Page after page, with something happening in between. */
const allPages = async (world: World, cursor?: string, between: () => void = () => {}) => {
  const frames: Array<Received> = []
  for (let pages = 1, at = cursor; ; pages++) {
    const page = await pageOf(world, "bob", at)
    frames.push(...framesOf(page))
    if (page.complete) return { frames, cursor: page.cursor, pages }
    at = page.cursor
    between()
  }
}

const ofConversation = (frames: ReadonlyArray<Received>, id: string) =>
  storyOf(frames.filter((frame) => frame.conversation_id === id))

describe("a sync by pages", () => {
  it("brings what is newer, newest conversation first, and a cursor from which nothing more comes", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    world.found(B, "ann", "bob")
    const cursor = cursorNow(world, "bob")
    world.say(B)
    world.say(A)
    const page = await pageOf(world, "bob", cursor)
    expect(page.complete).toBe(true)
    expect(framesOf(page).map((frame) => [frame.type, frame.conversation_id])).toEqual([
      ["inbox.added", A],
      ["message.new", A],
      ["inbox.added", B],
      ["message.new", B],
    ])
    expect(await pageOf(world, "bob", page.cursor)).toMatchObject({ frames: [], complete: true })
    expect((await syncFrom(world, "bob", page)).story(1)).toEqual(["ack"])
  })

  it.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    "shows what the stream's sync shows (seed %i)",
    async (seed) => {
      const random = seeded(seed)
      const below = (n: number): number => Math.floor(random() * n)
      const world = new World({ ringBytes: 0 })
      const conversations = Array.from({ length: 2 + below(30) }, (_, i) => cnv(i + 1))
      let cursor: string | undefined
      for (const id of conversations)
        if (random() < 0.7) world.found(id, "ann", "bob")
        else world.foundFromJoin(id, "ann")
      const happen = (): void => {
        const id = conversations[below(conversations.length)]!
        const chance = random()
        const messages = world.streams
          .get(id)!
          .flatMap(({ event }, seq) => (event._tag === "MessageSent" ? [seq] : []))
        const seq = messages[below(messages.length)]
        if (chance < 0.1) world[world.members(id).has("bob") ? "remove" : "add"](id, "bob")
        else if (chance < 0.4 && seq !== undefined)
          [() => world.edit(id, seq), () => world.react(id, seq)][below(2)]!()
        else if (chance < 0.5) for (let i = below(300); i > 0; i--) world.say(id)
        else world.say(id)
      }
      for (let i = 0; i < 60; i++) happen()
      if (random() < 0.7) cursor = cursorNow(world, "bob")
      for (let i = 0; i < 120; i++) happen()
      const asked = cursor === undefined ? {} : { cursor }
      const wire = await syncFrom(world, "bob", asked)
      for (let i = 0; i < 60; i++) await settle()
      const pages = await allPages(world, cursor)
      const shown = (frames: ReadonlyArray<Received>) =>
        frames.map(
          (frame) => `${frame.conversation_id} ${storyOf([frame])[0]} ${JSON.stringify(frame.payload)}`,
        )
      expect(wire.frames.at(-1)!.type).toBe("ack")
      expect(shown(pages.frames)).toEqual(shown(wire.frames.slice(1, -1)))
    },
  )

  it("of several pages leaves nothing out and repeats no conversation, whatever moves between them", async () => {
    const world = new World({ ringBytes: 0 })
    const conversations = Array.from({ length: 12 }, (_, i) => cnv(i + 1))
    for (const id of conversations) world.found(id, "ann", "bob")
    const cursor = cursorNow(world, "bob")
    for (const id of conversations) for (let i = 0; i < 100; i++) world.say(id)
    const ends = new Map(conversations.map((id) => [id, world.streams.get(id)!.length - 1]))
    const {
      frames,
      cursor: last,
      pages,
    } = await allPages(world, cursor, () => {
      // Those shown and those still to be shown become the newest, one by far more than a window.
      for (const id of [conversations[0]!, conversations[11]!, conversations[3]!]) world.say(id)
      for (let i = 0; i < 150; i++) world.say(conversations[5]!)
    })
    expect(pages).toBeGreaterThan(2)
    expect(frames.filter((frame) => frame.type === "inbox.added")).toHaveLength(12)
    const rest = await allPages(world, last)
    for (const id of conversations) {
      const seqs = (of: ReadonlyArray<Received>) =>
        of.filter((one) => one.conversation_id === id).flatMap((one) => one.seq ?? [])
      const [first, then] = [seqs(frames), seqs(rest.frames)]
      // Whole up to the head as of the first page, or announced by a gap; then from there, or from before.
      expect(first.at(-1)).toBeGreaterThanOrEqual(ends.get(id)!)
      expect(first).toEqual(Array.from(first, (_, i) => first[0]! + i))
      if (then.length > 0) expect(then[0]).toBeLessThanOrEqual(first.at(-1)! + 1)
      expect(Math.max(...first, ...then)).toBe(world.streams.get(id)!.length - 1)
    }
  })

  it("shows nothing of a conversation after a removal between two pages, and tells of it", async () => {
    const world = new World({ ringBytes: 0 })
    const conversations = Array.from({ length: 8 }, (_, i) => cnv(i + 1))
    for (const id of conversations) world.found(id, "ann", "bob")
    const cursor = cursorNow(world, "bob")
    for (const id of conversations) for (let i = 0; i < 100; i++) world.say(id)
    const [shown, waiting] = [conversations[7]!, conversations[0]!]
    let once = true
    const { frames, cursor: last } = await allPages(world, cursor, () => {
      if (!once) return
      once = false
      for (const id of [shown, waiting]) {
        world.remove(id, "bob")
        for (let i = 0; i < 3; i++) world.say(id)
      }
    })
    expect(ofConversation(frames, waiting).slice(-2)).toEqual(["member.removed 101", "inbox.removed"])
    expect(ofConversation(frames, shown).at(-1)).toBe("message.new 100")
    const rest = await allPages(world, last)
    expect(ofConversation(rest.frames, shown)).toEqual(["member.removed 101", "inbox.removed"])
  })

  it("tells on its last page which markers and receipts moved", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    world.say(A, "bob")
    const cursor = cursorNow(world, "bob")
    world.gathered.accept({ user: "bob", conversation: A, kind: "read", device: "phone", seq: 1 })
    world.gathered.accept({ user: "ann", conversation: A, kind: "read", device: "phone", seq: 1 })
    await Effect.runPromise(world.gathered.flushAll)
    const page = await pageOf(world, "bob", cursor)
    expect(storyOf(framesOf(page))).toEqual(["inbox.updated", "receipt.read"])
    expect((await pageOf(world, "bob", page.cursor)).frames).toEqual([])
  })

  it("refuses a cursor of somebody else, and one of another log; a page's own cursor is a sync's too", async () => {
    const world = new World({ ringBytes: 0 })
    const conversations = Array.from({ length: 12 }, (_, i) => cnv(i + 1))
    for (const id of conversations) world.found(id, "ann", "bob")
    const cursor = cursorNow(world, "bob")
    for (const id of conversations) for (let i = 0; i < 100; i++) world.say(id)
    const ask = (text: string) => Effect.runPromise(syncPage(world.context, "bob", text))
    expect(await ask(cursorNow(world, "ann"))).toEqual({ _tag: "BadCursor" })
    const other = { epoch: "other", position: 0 }
    expect(await ask(world.context.cursors.seal("bob", other))).toEqual({ _tag: "Gone" })
    const page = await pageOf(world, "bob", cursor)
    const wire = await syncFrom(world, "bob", page)
    for (let i = 0; i < 20; i++) await settle()
    expect(wire.frames.filter((frame) => frame.seq !== undefined)).toHaveLength(1_200)
    const first = await pageOf(world, "bob")
    expect(first.complete).toBe(true)
  })
})

/**
 * `sync` without a socket: the same plan and the same windows, page after page (protocol, section 6: `GET /v1/sync`).
 *
 * A page holds whole turns. Its cursor, sealed, says up to where the pages go, which conversations are done and how many frames came;
 * nothing is kept between pages, so any gateway serves the next one.
 *
 * Always true: conversations are placed by where they stood when the first page was asked for, so that none is left out or comes
 * twice, however they move meanwhile; what a page shows of one is its present, for who is a member now. What happened after the
 * first page and is not shown comes with the next sync.
 */
import { randomBytes } from "node:crypto"
import type { MembershipRow } from "@parley/projections/Membership"
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { FrameIds, inboxAddedFrame, inboxRemovedFrame, syncGapFrame } from "./controlFrames.ts"
import type { Cursor, PageMark } from "./Cursor.ts"
import { type FramedEvent, bytesFor, removes } from "./FramedEvent.ts"
import { headAsOf } from "./headAsOf.ts"
import { type Receiver, lose } from "./lose.ts"
import { movedNotes } from "./notes.ts"
import { provenTurn } from "./provenTurn.ts"
import { type Replayed, type Seam, type Unproven, replayOf, sends } from "./seam.ts"
import type { StreamContext } from "./StreamContext.ts"
import { type Asked, FRAMES_PER_CONVERSATION, FRAMES_PER_SYNC, type Head, planSync } from "./syncPlan.ts"
import { textOf } from "./textFrame.ts"

/** A page is full with so many frames or bytes; its last conversation is shown whole. */
const PAGE_FRAMES = 500
const PAGE_BYTES = 1_048_576
/** Conversations looked up at a time. */
const LOOKS = 64

export type SyncPage =
  | {
      readonly _tag: "Page"
      /** JSON texts. */
      readonly frames: ReadonlyArray<string>
      readonly cursor: string
      readonly complete: boolean
    }
  | { readonly _tag: "BadCursor" }
  | { readonly _tag: "Gone" }

type Needs = Pick<
  StreamContext,
  | "conversationFor"
  | "cursors"
  | "epoch"
  | "limits"
  | "log"
  | "markers"
  | "membership"
  | "moved"
  | "now"
  | "rules"
>

/** A conversation as it stands now, and where it is placed among the turns. */
interface Standing extends Head {
  readonly placed: number
}

export const syncPage = Effect.fn("syncPage")(function* (
  context: Needs,
  user: string,
  text: string | undefined,
): Effect.fn.Return<SyncPage, Unavailable> {
  const cursor = text === undefined ? undefined : context.cursors.open(user, text)
  if (text !== undefined && cursor === undefined) return { _tag: "BadCursor" }
  if (cursor !== undefined && cursor.epoch !== context.epoch) return { _tag: "Gone" }
  const now = yield* context.log.headPosition
  if (cursor !== undefined && Math.max(cursor.position, cursor.page?.head ?? -1) > now)
    return { _tag: "Gone" }
  const fresh = cursor?.page?.fresh ?? cursor === undefined
  const mark: PageMark = cursor?.page ?? { head: now, below: Number.MAX_SAFE_INTEGER, frames: 0, fresh }
  const position = fresh ? undefined : cursor!.position
  const rows = yield* context.membership.of(user, position ?? now, now)
  const page = new Page(context, user)
  const asked = { position, known: new Map<string, number>(), head: mark.head }
  const { concerned, next } = yield* fill(page, asked, rows, mark, now)
  const { epoch } = context
  if (next !== undefined)
    return answer(page, context.cursors.seal(user, { epoch, ...startOf(cursor, mark), page: next }), false)
  for (const frame of yield* movedNotes(context, user, [...concerned], cursor?.told ?? -1))
    page.frames.push(frame.toString())
  return answer(page, context.cursors.seal(user, { epoch, position: mark.head }), true)
})

/** Where the sync began: the pages to come are asked from there too. */
const startOf = (cursor: Cursor | undefined, mark: PageMark): Pick<Cursor, "position" | "told"> =>
  cursor === undefined ? { position: mark.head, told: -1 } : cursor

const answer = (page: Page, cursor: string, complete: boolean): SyncPage => ({
  _tag: "Page",
  frames: page.frames,
  cursor,
  complete,
})

interface Filled {
  /** The mark of the next page; `undefined` when there is none. */
  readonly next: PageMark | undefined
  /** Conversations whose markers and receipts belong to the sync: without a cursor, those that it shows. */
  readonly concerned: ReadonlySet<string>
}

/** Takes turns until the page is full. */
const fill = Effect.fnUntraced(function* (
  page: Page,
  asked: Asked,
  rows: ReadonlyArray<MembershipRow>,
  mark: PageMark,
  provenTo: number,
): Effect.fn.Return<Filled, Unavailable> {
  const { context, user } = page
  const then = rows.filter((row) => row.joinedPosition <= mark.head)
  // What was lost before stands where it was lost; everything else where it stood at the time.
  const moving = then.filter((row) => row.member || (row.removedPosition ?? -1) > mark.head)
  const standing = yield* standingOf(context, moving, mark.head)
  const placed = then.filter((row) => !row.member || standing.has(row.conversation))
  let { below, frames } = mark
  const turns = planSync(asked, placed, standing)
  const concerned = new Set(
    turns.flatMap(({ _tag, reach, row }) =>
      _tag === "Attach" && (asked.position !== undefined || reach.position < 0) ? [row.conversation] : [],
    ),
  )
  for (const turn of turns) {
    if (turn.at >= mark.below || turn.at <= turn.reach.position) continue
    if (page.isFull()) return { next: { ...mark, below, frames }, concerned }
    const most = Math.min(FRAMES_PER_SYNC - frames, FRAMES_PER_CONVERSATION)
    const sent =
      turn._tag === "Lost"
        ? yield* lose(page, turn, most)
        : yield* provenTurn(turn, {
            user,
            membership: context.membership,
            frames: most,
            head: provenTo,
            attach: (seam) => show(page, seam),
            lose: (lost) => lose(page, lost, most),
          })
    frames = Math.min(FRAMES_PER_SYNC, frames + sent.frames)
    below = turn.at
  }
  return { next: undefined, concerned }
})

/** Where each of these conversations is placed. */
const standingOf = (
  { log }: Needs,
  rows: ReadonlyArray<MembershipRow>,
  end: number,
): Effect.Effect<ReadonlyMap<string, Standing>, Unavailable> =>
  Effect.forEach(
    rows,
    Effect.fnUntraced(function* ({
      conversation,
    }): Effect.fn.Return<ReadonlyArray<readonly [string, Standing]>, Unavailable> {
      const head = yield* log.head(conversation)
      if (head === undefined) return []
      const now = { seq: head.revision, position: head.position }
      const then = yield* headAsOf(log, conversation, now, end)
      if (then === undefined) return []
      const stands = { conversation, last: now.seq, lastPosition: then.position, placed: now.position }
      return [[conversation, stands]]
    }),
    { concurrency: LOOKS },
  ).pipe(Effect.map((found) => new Map(found.flat())))

/** One conversation on the page, up to its removal should the window hold that. */
const show = Effect.fnUntraced(function* (
  page: Page,
  seam: Seam<Standing>,
): Effect.fn.Return<Replayed | Unproven, Unavailable> {
  const { context, ids, user } = page
  const { hub, reach } = seam
  const { conversation } = hub
  const replay = yield* replayOf(context, user, { ...seam, hub: { ...hub, lastPosition: hub.placed } })
  if (replay._tag === "Unproven") return replay
  const { added, gap, window } = replay
  yield* context.rules.learnFor(window.events, reach.joined)
  if (added !== undefined) page.push(inboxAddedFrame(ids, context.now(), added))
  if (gap) page.push(syncGapFrame(ids, context.now(), conversation, window.start - 1))
  for (const event of window.events) {
    page.handBytes(event, reach.joined)
    if (!removes(event, user)) continue
    page.push(inboxRemovedFrame(ids, context.now(), conversation))
    break
  }
  return { _tag: "Replayed", frames: window.events.length, replayed: sends(window, gap) }
})

class Page implements Receiver {
  readonly context: Needs
  readonly user: string
  readonly ids = new FrameIds(`ses_p${randomBytes(9).toString("hex")}`)
  readonly frames: Array<string> = []
  readonly outbox = { hasRoom: () => true, room: () => Effect.void }
  #bytes = 0

  constructor(context: Needs, user: string) {
    this.context = context
    this.user = user
  }

  push(bytes: Buffer): void {
    this.frames.push(textOf(bytes))
    this.#bytes += bytes.length
  }

  handBytes(event: FramedEvent, joined: number): void {
    this.push(this.context.rules.hides(event, joined) ? event.hiddenBytes! : bytesFor(event, this.user))
  }

  left(): void {}

  isFull(): boolean {
    return this.frames.length >= PAGE_FRAMES || this.#bytes >= PAGE_BYTES
  }
}

/** Cursors of everybody as facts in the world's log, and what the receipts models would answer of them: slow and obviously right. */
import type { Marker } from "@parley/projections/Markers"
import type { Covered, MovedReceipt, Stretch } from "@parley/projections/ReceiptReads"
import type { CursorMoves } from "@parley/runtime/Users"
import type { CursorsMoved } from "@parley/domain/user/commands"
import type { CursorMap } from "@parley/domain/user/events"
import { type Model, membersAt } from "./membershipOf.ts"

interface Place {
  readonly seq: number
  readonly position: number
}

type Places = Map<string, Place>

const END = Number.POSITIVE_INFINITY

export class WorldReceipts {
  /** "user" or "user/device" → conversation → place. */
  readonly cursors = new Map<string, Places>()
  readonly hidden = new Set<string>()
  /** Every command, in order. */
  readonly commands: Array<{ readonly user: string; readonly moves: CursorMoves }> = []
  readonly #streams: ReadonlyMap<string, ReadonlyArray<Model>>
  readonly #nextPosition: () => number

  constructor(streams: ReadonlyMap<string, ReadonlyArray<Model>>, nextPosition: () => number) {
    this.#streams = streams
    this.#nextPosition = nextPosition
  }

  moveCursors(user: string, moves: CursorMoves): CursorsMoved {
    this.commands.push({ user, moves })
    const read = this.#move(user, moves.read)
    const delivered = moves.delivered.flatMap(({ cursors, device_id }) => {
      const moved = this.#move(`${user}/${device_id}`, cursors)
      return Object.keys(moved.to).length === 0
        ? []
        : [{ device_id, cursors: moved.to, before: moved.before }]
    })
    return { _tag: "CursorsMoved", read: read.to, readBefore: read.before, delivered }
  }

  #move(owner: string, wanted: CursorMap): { readonly to: CursorMap; readonly before: CursorMap } {
    const places = this.cursors.get(owner) ?? new Map<string, Place>()
    this.cursors.set(owner, places)
    const [to, before]: [Record<string, number>, Record<string, number>] = [{}, {}]
    const position = this.#nextPosition()
    for (const [conversation, seq] of Object.entries(wanted)) {
      const at = places.get(conversation)?.seq ?? -1
      if (seq <= at) continue
      places.set(conversation, { seq, position })
      to[conversation] = seq
      before[conversation] = at
    }
    return { to, before }
  }

  markers(user: string, conversations: ReadonlyArray<string>): ReadonlyArray<Marker> {
    return conversations.flatMap((conversation) => {
      const stream = this.#streams.get(conversation) ?? []
      const joined = membersAt(stream, END).get(user)
      if (joined === undefined) return []
      const lastSeq = stream.length - 1
      const read = this.cursors.get(user)?.get(conversation)?.seq ?? 0
      const readSeq = Math.min(lastSeq, Math.max(read, joined))
      return [{ conversation, readSeq, lastSeq, unread: unreadAfter(stream, readSeq, user) }]
    })
  }

  covered(stretches: ReadonlyArray<Stretch>): ReadonlyArray<Covered> {
    return stretches.map(({ after, conversation, upTo }) => {
      const said = saidUpTo(this.#streams.get(conversation) ?? [], upTo)
      const senders = new Map(
        said
          .filter(({ seq }) => seq > after)
          .map(({ messageId, sender, seq }) => [sender, { user: sender, seq, messageId }]),
      )
      const last = said.at(-1)
      return { ...(last === undefined ? {} : { last }), senders: [...senders.values()] }
    })
  }

  moved(
    user: string,
    conversations: ReadonlyArray<string>,
    since: number,
  ): { own: ReadonlyArray<string>; others: ReadonlyArray<MovedReceipt> } {
    const own: Array<string> = []
    const others: Array<MovedReceipt> = []
    for (const [owner, places] of this.cursors)
      for (const [conversation, { position, seq: upToSeq }] of places) {
        if (position <= since || !conversations.includes(conversation)) continue
        const [who = "", device] = owner.split("/")
        const stream = this.#streams.get(conversation) ?? []
        if (who === user && device === undefined) own.push(conversation)
        const members = membersAt(stream, END)
        const said = saidUpTo(stream, upToSeq)
        const mine = said.findLast(({ sender }) => sender === user)
        const hides = device === undefined && this.hidden.has(who)
        if (who === user || hides || mine === undefined || !members.has(who)) continue
        const what = device === undefined ? {} : { device }
        const names = { lastRead: said.at(-1)!.messageId, ownMessage: mine.messageId }
        others.push({ conversation, user: who, ...what, upToSeq, position, ...names })
      }
    return { own, others }
  }
}

const saidUpTo = (stream: ReadonlyArray<Model>, upTo: number) =>
  stream.flatMap(({ event }, seq) =>
    event._tag === "MessageSent" && seq <= upTo
      ? [{ seq, sender: event.sender, messageId: event.message_id }]
      : [],
  )

const unreadAfter = (stream: ReadonlyArray<Model>, marker: number, user: string): number => {
  const deleted = new Set(
    stream.flatMap(({ event }) => (event._tag === "MessageDeleted" ? [event.message_seq] : [])),
  )
  return stream.filter(
    ({ event }, seq) =>
      seq > marker &&
      event._tag === "MessageSent" &&
      event.sender !== user &&
      event.thread_root_id === undefined &&
      !deleted.has(seq),
  ).length
}
